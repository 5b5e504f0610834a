import { existsSync } from 'node:fs';
import { join } from 'node:path';
import koffi from 'koffi';
import { BackendError } from '../errors.ts';

/** An address in native memory. @internal */
export type Pointer = bigint;
type Argument = Pointer | number | string | ArrayBufferView | { oper: Pointer; index: number } | null;
/** A C function; `later` calls it on another thread. @internal */
export interface NativeFunction {
  (...values: Argument[]): Pointer;
  async(...values: [...Argument[], (error: Error | null) => void]): void;
}

const declarations = `
const char* TF_Version()
void* TF_NewStatus()
void TF_DeleteStatus(void*)
int TF_GetCode(void*)
const char* TF_Message(void*)
void* TF_NewGraph()
void TF_DeleteGraph(void*)
void* TF_NewOperation(void*, const char*, const char*)
void* TF_FinishOperation(void*, void*)
void TF_SetDevice(void*, const char*)
void TF_AddInputList(void*, void*, int)
void TF_AddControlInput(void*, void*)
void TF_SetAttrType(void*, const char*, int)
void TF_SetAttrTypeList(void*, const char*, void*, int)
void TF_SetAttrInt(void*, const char*, int64_t)
void TF_SetAttrIntList(void*, const char*, void*, int)
void TF_SetAttrFloat(void*, const char*, float)
void TF_SetAttrBool(void*, const char*, uint8_t)
void TF_SetAttrString(void*, const char*, void*, size_t)
void TF_SetAttrShape(void*, const char*, void*, int)
void TF_SetAttrTensor(void*, const char*, void*, void*)
void TF_SetAttrFuncName(void*, const char*, void*, size_t)
int TF_OperationNumOutputs(void*)
void* TF_AllocateTensor(int, void*, int, size_t)
void* TF_TensorData(void*)
size_t TF_TensorByteSize(void*)
int TF_TensorType(void*)
int TF_NumDims(void*)
int64_t TF_Dim(void*, int)
void TF_DeleteTensor(void*)
void* TF_GraphToFunction(void*, const char*, uint8_t, int, void*, int, void*, int, void*, void*, void*, const char*, void*)
void TF_GraphCopyFunction(void*, void*, void*, void*)
void TF_DeleteFunction(void*)
void* TF_NewSessionOptions()
void TF_DeleteSessionOptions(void*)
void TF_SetTarget(void*, const char*)
void TF_SetConfig(void*, void*, size_t, void*)
void* TF_NewSession(void*, void*, void*)
void TF_CloseSession(void*, void*)
void TF_DeleteSession(void*, void*)
void TF_SessionRun(void*, void*, void*, void*, int, void*, void*, int, void*, int, void*, void*)
void* TFE_NewContextOptions()
void TFE_DeleteContextOptions(void*)
void TFE_ContextOptionsSetConfig(void*, void*, size_t, void*)
void* TFE_NewContext(void*, void*)
void TFE_DeleteContext(void*)
void* TFE_ContextListDevices(void*, void*)
int TF_DeviceListCount(void*)
const char* TF_DeviceListName(void*, int, void*)
void TF_DeleteDeviceList(void*)
void* TFE_NewTensorHandle(void*, void*)
void* TFE_TensorHandleResolve(void*, void*)
void TFE_DeleteTensorHandle(void*)
void* TFE_NewOp(void*, const char*, void*)
void TFE_DeleteOp(void*)
void TFE_OpSetDevice(void*, const char*, void*)
void TFE_OpAddInput(void*, void*, void*)
void TFE_OpAddInputList(void*, void*, int, void*)
void TFE_OpSetAttrType(void*, const char*, int)
void TFE_OpSetAttrTypeList(void*, const char*, void*, int)
void TFE_OpSetAttrInt(void*, const char*, int64_t)
void TFE_OpSetAttrIntList(void*, const char*, void*, int)
void TFE_OpSetAttrFloat(void*, const char*, float)
void TFE_OpSetAttrBool(void*, const char*, uint8_t)
void TFE_OpSetAttrString(void*, const char*, void*, size_t)
void TFE_OpSetAttrShape(void*, const char*, void*, int, void*)
void TFE_OpSetAttrTensor(void*, const char*, void*, void*)
void TFE_OpSetAttrFunctionName(void*, const char*, void*, size_t)
void TFE_Execute(void*, void*, void*, void*)
void* TF_GetAllRegisteredKernels(void*)
void TF_DeleteBuffer(void*)
void* TF_NewServer(void*, size_t, void*)
void TF_ServerStart(void*, void*)
void TF_ServerStop(void*, void*)
const char* TF_ServerTarget(void*)`;

/** Every C function by its name, memcpy, and the two that take a TF_Output by value. @internal */
export interface Native {
  readonly call: Readonly<Record<string, NativeFunction>>;
  readonly text: (name: string, ...values: Argument[]) => string;
  readonly number: (name: string, ...values: Argument[]) => number;
  readonly copy: (to: Pointer | ArrayBufferView, from: Pointer | ArrayBufferView, bytes: number) => void;
  readonly read: (from: Pointer, bytes: number) => Uint8Array;
}

const quiet: Readonly<Record<string, string>> = {
  TF_CPP_MIN_LOG_LEVEL: '3',
  TF_CPP_MAX_VLOG_LEVEL: '0',
  GRPC_VERBOSITY: 'NONE',
  ABSL_MIN_LOG_LEVEL: '3',
};

/** Loads the library and binds its functions. @throws BackendError when it cannot be loaded @internal */
export function loadNative(directory: string, { keepFreedMemory }: { readonly keepFreedMemory: boolean }): Native {
  const mac = process.platform === 'darwin';
  const path = join(directory, mac ? 'libtensorflow_cc.2.dylib' : 'libtensorflow_cc.so.2');
  if (!existsSync(path)) {
    throw new BackendError(`libtensorflow: ${path} does not exist; run 'cloze-backend install' or name its folder.`);
  }
  // TensorFlow optimises a graph on the calling thread: koffi's own 128 kB stack for calls in the background is too small.
  try {
    koffi.config({ sync_stack_size: 8 << 20, async_stack_size: 8 << 20, resident_async_pools: 2 });
  } catch {
    // Another user of koffi has already called: its sizes stay.
  }
  const libc = koffi.load(mac ? '/usr/lib/libSystem.B.dylib' : 'libc.so.6');
  const setenv = libc.func('int setenv(const char*, const char*, int)');
  for (const [name, value] of Object.entries(quiet)) {
    if (process.env[name] !== undefined) continue;
    process.env[name] = value;
    // A worker's process.env is a copy that C does not see.
    setenv(name, value, 1);
  }
  if (keepFreedMemory && process.platform === 'linux') keepMemory(libc);
  // RTLD_NOW | RTLD_NODELETE: without the latter Node crashes at exit, when TensorFlow's threads outlive its code.
  const opened = libc.func('void* dlopen(const char*, int)')(path, 2 | (mac ? 0x80 : 0x1000));
  if (!opened) {
    const reason = String(libc.func('const char* dlerror()')());
    throw new BackendError(`libtensorflow: ${path} does not load (${reason}); run 'cloze-backend install' again.`);
  }
  const library = koffi.load(path);
  const call: Record<string, NativeFunction> = {};
  for (const declaration of declarations.trim().split('\n')) {
    const name = /(\w+)\(/.exec(declaration)?.[1] as string;
    call[name] = library.func(declaration) as unknown as NativeFunction;
  }
  const output = koffi.struct({ oper: 'void*', index: 'int' });
  const byValue = (name: string, result: string, types: (string | typeof output)[]) => {
    call[name] = library.func(name, result, types) as unknown as NativeFunction;
  };
  byValue('TF_AddInput', 'void', ['void*', output]);
  byValue('TF_GraphGetTensorNumDims', 'int', ['void*', output, 'void*']);
  byValue('TF_GraphGetTensorShape', 'void', ['void*', output, 'void*', 'int', 'void*']);
  const memcpy = libc.func('void* memcpy(void*, void*, size_t)');
  const copy: Native['copy'] = (to, from, bytes) => {
    if (bytes > 0) memcpy(to, from, bytes);
  };
  return {
    call,
    text: (name, ...values) => String((call[name] as NativeFunction)(...values)),
    number: (name, ...values) => Number((call[name] as NativeFunction)(...values)),
    copy,
    read: (from, bytes) => {
      const to = new Uint8Array(bytes);
      copy(to, from, bytes);
      return to;
    },
  };
}

/** Lets malloc keep freed blocks: a training step that frees 60 MB would otherwise fault them in again each time. */
function keepMemory(libc: ReturnType<typeof koffi.load>): void {
  try {
    const mallopt = libc.func('int mallopt(int, int)');
    mallopt(-3, 1 << 30); // M_MMAP_THRESHOLD
    mallopt(-1, 0x7fffffff); // M_TRIM_THRESHOLD
  } catch {
    // musl has no mallopt.
  }
}
