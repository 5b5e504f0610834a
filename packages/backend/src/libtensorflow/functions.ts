import koffi, { type LibraryHandle } from 'koffi';

/** A C function, called from JavaScript's thread or, by `.async`, from another. */
export type NativeFunction = ReturnType<LibraryHandle['func']>;

/** The part of TensorFlow's C API (c_api.h, eager/c_api.h) that is called, as C writes it. */
const declarations = [
  'const char* TF_Version()',
  'void* TF_NewStatus()',
  'void TF_DeleteStatus(void*)',
  'void TF_SetStatus(void*, int, const char*)',
  'int TF_GetCode(void*)',
  'const char* TF_Message(void*)',
  'void* TF_NewGraph()',
  'void TF_DeleteGraph(void*)',
  'void* TF_NewOperation(void*, const char*, const char*)',
  'void* TF_FinishOperation(void*, void*)',
  'void TF_SetDevice(void*, const char*)',
  'void TF_AddInput(void*, TF_Output)',
  'void TF_AddInputList(void*, TF_Output*, int)',
  'void TF_AddControlInput(void*, void*)',
  'void TF_SetAttrType(void*, const char*, int)',
  'void TF_SetAttrTypeList(void*, const char*, int*, int)',
  'void TF_SetAttrInt(void*, const char*, int64_t)',
  'void TF_SetAttrIntList(void*, const char*, int64_t*, int)',
  'void TF_SetAttrFloat(void*, const char*, float)',
  'void TF_SetAttrBool(void*, const char*, uint8_t)',
  'void TF_SetAttrString(void*, const char*, const void*, size_t)',
  'void TF_SetAttrShape(void*, const char*, int64_t*, int)',
  'void TF_SetAttrTensor(void*, const char*, void*, void*)',
  'int TF_OperationNumOutputs(void*)',
  'void* TF_GraphToFunction(void*, const char*, uint8_t, int, void**, int, TF_Output*, int, TF_Output*, void*, void*, const char*, void*)',
  'void TF_GraphCopyFunction(void*, void*, void*, void*)',
  'void TF_DeleteFunction(void*)',
  'void* TF_AllocateTensor(int, int64_t*, int, size_t)',
  'void* TF_TensorData(void*)',
  'int TF_TensorType(void*)',
  'int TF_NumDims(void*)',
  'int64_t TF_Dim(void*, int)',
  'size_t TF_TensorByteSize(void*)',
  'void TF_DeleteTensor(void*)',
  'void* TF_NewSessionOptions()',
  'void TF_DeleteSessionOptions(void*)',
  'void TF_SetConfig(void*, const void*, size_t, void*)',
  'void* TF_NewSession(void*, void*, void*)',
  'void TF_CloseSession(void*, void*)',
  'void TF_DeleteSession(void*, void*)',
  'void TF_SessionRun(void*, void*, TF_Output*, void**, int, TF_Output*, _Out_ void**, int, void**, int, void*, void*)',
  'void* TF_NewBuffer()',
  'void* TF_NewBufferFromString(const void*, size_t)',
  'TF_Buffer TF_GetBuffer(void*)',
  'void TF_DeleteBuffer(void*)',
  'void* TFE_NewContextOptions()',
  'void TFE_DeleteContextOptions(void*)',
  'void* TFE_NewContext(void*, void*)',
  'void TFE_DeleteContext(void*)',
  'void* TFE_ContextListDevices(void*, void*)',
  'int TF_DeviceListCount(void*)',
  'const char* TF_DeviceListName(void*, int, void*)',
  'void TF_DeleteDeviceList(void*)',
  'void* TFE_NewOp(void*, const char*, void*)',
  'void TFE_DeleteOp(void*)',
  'void TFE_OpSetDevice(void*, const char*, void*)',
  'void TFE_OpAddInput(void*, void*, void*)',
  'void TFE_OpAddInputList(void*, void**, int, void*)',
  'void TFE_OpSetAttrType(void*, const char*, int)',
  'void TFE_OpSetAttrTypeList(void*, const char*, int*, int)',
  'void TFE_OpSetAttrInt(void*, const char*, int64_t)',
  'void TFE_OpSetAttrIntList(void*, const char*, int64_t*, int)',
  'void TFE_OpSetAttrFloat(void*, const char*, float)',
  'void TFE_OpSetAttrBool(void*, const char*, uint8_t)',
  'void TFE_OpSetAttrString(void*, const char*, const void*, size_t)',
  'void TFE_OpSetAttrShape(void*, const char*, int64_t*, int, void*)',
  'void TFE_Execute(void*, _Out_ void**, _Inout_ int*, void*)',
  'void* TFE_NewTensorHandle(void*, void*)',
  'void TFE_DeleteTensorHandle(void*)',
  'void* TFE_TensorHandleResolve(void*, void*)',
] as const;

type NameIn<D extends string> = D extends `${string} ${infer Rest}(${string}`
  ? Rest extends `${string} ${infer Last}`
    ? NameIn<`x ${Last}(`>
    : Rest
  : never;

/** The C functions by name. */
export type Functions = Readonly<Record<NameIn<(typeof declarations)[number]>, NativeFunction>>;

/** Looks every function up; one that is missing is an error that names it. */
export function bindFunctions(library: LibraryHandle): Functions {
  koffi.struct('TF_Buffer', { data: 'void*', length: 'size_t', deallocator: 'void*' });
  koffi.struct('TF_Output', { oper: 'void*', index: 'int' });
  const bound = declarations.map(
    (declaration) => [/(\w+)\(/.exec(declaration)?.[1] as string, library.func(declaration)] as const,
  );
  return Object.fromEntries(bound) as Functions;
}
