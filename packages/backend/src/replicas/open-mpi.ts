import { networkInterfaces } from 'node:os';
import { BackendError } from '../errors.ts';
import { loadKoffi } from '../libtensorflow/load-koffi.ts';
import { ownListeners } from './own-listeners.ts';
import { isOnOneMachine, startedByMpi } from './started-by-mpi.ts';

/** What is used of MPI. */
export interface Mpi {
  readonly rank: number;
  readonly size: number;
  /** Begins a sum in place; what it gives says, each time it is asked, whether the sum is there. @throws {BackendError} with MPI's number */
  beginSum(values: Float32Array | Float64Array): () => boolean;
  /** Begins to send part r of `own` to rank r and to gather the parts for this one, by rank; as many parts as ranks. */
  beginSwap(own: Uint16Array, theirs: Uint16Array): () => boolean;
  /** Begins to send `own` to all and to gather what all sent, by rank. */
  beginShare(own: Uint16Array, all: Uint16Array): () => boolean;
  finalize(): void;
}

const names = process.platform === 'darwin' ? ['libmpi.40.dylib', 'libmpi.dylib'] : ['libmpi.so.40', 'libmpi.so'];
const RTLD_NOW = 2;
/** Open MPI's own modules look its symbols up among all. */
const RTLD_GLOBAL = process.platform === 'darwin' ? 8 : 0x100;
/** MPI_IN_PLACE of Open MPI. */
const IN_PLACE = 1;

/** Linux's numbers: a socket's own level, and the device that it is bound to. */
const [SOL_SOCKET, SO_BINDTODEVICE] = [1, 25];

const howTo =
  "Open MPI's library (libmpi) is not there; install it on every host, on Debian by 'apt-get install openmpi-bin', and start by mpirun.";

/**
 * Loads Open MPI's C library and joins the job. Its handles are addresses of symbols (`ompi_mpi_comm_world`), which other MPIs have not.
 *
 * @param networkInterface which its TCP uses, and on Linux the only one that it is reached by; default Open MPI's choice
 * @throws {BackendError} outside of a job, without the library or such an interface, or when MPI_Init fails
 */
export async function openMpi(networkInterface: string | undefined): Promise<Mpi> {
  if (!startedByMpi(process.env))
    throw new BackendError(
      "mpiReplicas: this process was not started by mpirun or srun; start it by 'mpirun -np 4 node …', or leave replicas out.",
    );
  const koffi = await loadKoffi();
  const c = koffi.load(process.platform === 'darwin' ? '/usr/lib/libSystem.B.dylib' : 'libc.so.6');
  const setenv = c.func('int setenv(const char*, const char*, int)');
  if (networkInterface !== undefined && !Object.hasOwn(networkInterfaces(), networkInterface))
    throw new BackendError(
      `mpiReplicas: interface '${networkInterface}' is not on this machine; there are ${Object.keys(networkInterfaces()).join(', ')}.`,
    );
  // Before MPI_Init, and where the user has not said it to mpirun.
  if (networkInterface !== undefined) setenv('OMPI_MCA_btl_tcp_if_include', networkInterface, 0);
  // Open MPI's TCP listens on every interface whatever it is told to use; ranks of one machine meet in shared memory and need none.
  if (isOnOneMachine(process.env)) setenv('OMPI_MCA_btl', 'self,vader', 0);
  const dlopen = c.func('void* dlopen(const char*, int)');
  const dlsym = c.func('void* dlsym(void*, const char*)');
  const found = names.flatMap((name) => {
    const handle: unknown = dlopen(name, RTLD_NOW | RTLD_GLOBAL);
    return handle ? [{ name, handle }] : [];
  })[0];
  if (!found) throw new BackendError(`mpiReplicas: ${howTo}`);
  const library = koffi.load(found.name);
  const symbol = (name: string): unknown => {
    const address: unknown = dlsym(found.handle, name);
    if (!address)
      throw new BackendError(`mpiReplicas: ${found.name} has no ${name}, so it is another MPI than Open MPI. ${howTo}`);
    return address;
  };
  const world = symbol('ompi_mpi_comm_world');
  const [float, double, sum] = [symbol('ompi_mpi_float'), symbol('ompi_mpi_double'), symbol('ompi_mpi_op_sum')];
  const word = symbol('ompi_mpi_uint16_t');
  const checked = (what: string, code: unknown) => {
    if (code !== 0) throw new BackendError(`mpiReplicas: ${what} failed with MPI's error ${code}.`);
  };
  const init = library.func('int MPI_Init(void*, void*)');
  const setHandler = library.func('int MPI_Comm_set_errhandler(void*, void*)');
  const commRank = library.func('int MPI_Comm_rank(void*, _Out_ int*)');
  const commSize = library.func('int MPI_Comm_size(void*, _Out_ int*)');
  const allReduce = library.func('int MPI_Iallreduce(intptr_t, void*, int, void*, void*, void*, _Out_ void**)');
  const gathering = '(void*, int, void*, void*, int, void*, void*, _Out_ void**)';
  const allToAll = library.func(`int MPI_Ialltoall${gathering}`);
  const allGather = library.func(`int MPI_Iallgather${gathering}`);
  const test = library.func('int MPI_Test(_Inout_ void**, _Out_ int*, void*)');
  const finalize = library.func('int MPI_Finalize()');
  const before = ownListeners();
  checked('MPI_Init', init(null, null));
  if (networkInterface !== undefined && process.platform === 'linux') {
    // Open MPI listens on all interfaces whatever it is told to use; the kernel then lets in what comes by this one.
    const setsockopt = c.func('int setsockopt(int, int, int, const char*, uint32_t)');
    for (const [descriptor, port] of ownListeners())
      if (
        !before.has(descriptor) &&
        setsockopt(descriptor, SOL_SOCKET, SO_BINDTODEVICE, networkInterface, networkInterface.length) !== 0
      )
        throw new BackendError(
          `mpiReplicas: port ${port} could not be closed to other interfaces than '${networkInterface}'; leave interface out, and see to it by a firewall.`,
        );
  }
  // An error is told here with a sentence; MPI's own handler would end the process.
  checked('MPI_Comm_set_errhandler', setHandler(world, symbol('ompi_mpi_errors_return')));
  const [rank, size] = [[0], [0]];
  checked('MPI_Comm_rank', commRank(world, rank));
  checked('MPI_Comm_size', commSize(world, size));
  /** Says each time it is asked whether a request is done. @param held what MPI reads and writes until then: naming it here keeps it where it is */
  const pending = (request: unknown[], held: readonly ArrayLike<number>[]) => () => {
    if (held.every(({ length }) => length === 0)) return true;
    const done = [0];
    checked('MPI_Test', test(request, done, null));
    return done[0] === 1;
  };
  return {
    rank: rank[0] as number,
    size: size[0] as number,
    beginSum: (values) => {
      const request: unknown[] = [null];
      const kind = values instanceof Float32Array ? float : double;
      checked('MPI_Iallreduce', allReduce(IN_PLACE, values, values.length, kind, sum, world, request));
      return pending(request, [values]);
    },
    beginSwap: (own, theirs) => {
      const request: unknown[] = [null];
      const each = own.length / (size[0] as number);
      checked('MPI_Ialltoall', allToAll(own, each, word, theirs, each, word, world, request));
      return pending(request, [own, theirs]);
    },
    beginShare: (own, all) => {
      const request: unknown[] = [null];
      checked('MPI_Iallgather', allGather(own, own.length, word, all, own.length, word, world, request));
      return pending(request, [own, all]);
    },
    finalize: () => checked('MPI_Finalize', finalize()),
  };
}
