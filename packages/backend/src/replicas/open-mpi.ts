import { BackendError } from '../errors.ts';
import { loadKoffi } from '../libtensorflow/load-koffi.ts';
import { isOnOneMachine, startedByMpi } from './started-by-mpi.ts';

/** What is used of MPI. */
export interface Mpi {
  readonly rank: number;
  readonly size: number;
  /** Begins a sum in place; what it gives says, each time it is asked, whether the sum is there. @throws {BackendError} with MPI's number */
  beginSum(values: Float32Array | Float64Array): () => boolean;
  finalize(): void;
}

const names = process.platform === 'darwin' ? ['libmpi.40.dylib', 'libmpi.dylib'] : ['libmpi.so.40', 'libmpi.so'];
const RTLD_NOW = 2;
/** Open MPI's own modules look its symbols up among all. */
const RTLD_GLOBAL = process.platform === 'darwin' ? 8 : 0x100;
/** MPI_IN_PLACE of Open MPI. */
const IN_PLACE = 1;

const howTo =
  "Open MPI's library (libmpi) is not there; install it on every host, on Debian by 'apt-get install openmpi-bin', and start by mpirun.";

/**
 * Loads Open MPI's C library and joins the job. Its handles are addresses of symbols (`ompi_mpi_comm_world`), which other MPIs have not.
 *
 * @param networkInterface which its TCP uses; default Open MPI's choice
 * @throws {BackendError} outside of a job, without the library, or when MPI_Init fails
 */
export async function openMpi(networkInterface: string | undefined): Promise<Mpi> {
  if (!startedByMpi(process.env))
    throw new BackendError(
      "mpiReplicas: this process was not started by mpirun or srun; start it by 'mpirun -np 4 node …', or leave replicas out.",
    );
  const koffi = await loadKoffi();
  const c = koffi.load(process.platform === 'darwin' ? '/usr/lib/libSystem.B.dylib' : 'libc.so.6');
  const setenv = c.func('int setenv(const char*, const char*, int)');
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
  const checked = (what: string, code: unknown) => {
    if (code !== 0) throw new BackendError(`mpiReplicas: ${what} failed with MPI's error ${code}.`);
  };
  const init = library.func('int MPI_Init(void*, void*)');
  const setHandler = library.func('int MPI_Comm_set_errhandler(void*, void*)');
  const commRank = library.func('int MPI_Comm_rank(void*, _Out_ int*)');
  const commSize = library.func('int MPI_Comm_size(void*, _Out_ int*)');
  const allReduce = library.func('int MPI_Iallreduce(intptr_t, void*, int, void*, void*, void*, _Out_ void**)');
  const test = library.func('int MPI_Test(_Inout_ void**, _Out_ int*, void*)');
  const finalize = library.func('int MPI_Finalize()');
  checked('MPI_Init', init(null, null));
  // An error is told here with a sentence; MPI's own handler would end the process.
  checked('MPI_Comm_set_errhandler', setHandler(world, symbol('ompi_mpi_errors_return')));
  const [rank, size] = [[0], [0]];
  checked('MPI_Comm_rank', commRank(world, rank));
  checked('MPI_Comm_size', commSize(world, size));
  return {
    rank: rank[0] as number,
    size: size[0] as number,
    beginSum: (values) => {
      const request: unknown[] = [null];
      const kind = values instanceof Float32Array ? float : double;
      checked('MPI_Iallreduce', allReduce(IN_PLACE, values, values.length, kind, sum, world, request));
      return () => {
        const done = [0];
        // The numbers are MPI's until it is done: naming them here keeps them where they are.
        if (values.length > 0) checked('MPI_Test', test(request, done, null));
        else return true;
        return done[0] === 1;
      };
    },
    finalize: () => checked('MPI_Finalize', finalize()),
  };
}
