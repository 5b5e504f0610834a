import { typeNumbers } from './element-types.ts';
import type { Native } from './native.ts';
import type { TfAttribute, TfEager, TfOutput } from './types.ts';

function setAttribute({ call, status }: Native, operation: unknown, name: string, attribute: TfAttribute): void {
  if ('type' in attribute) call.TFE_OpSetAttrType(operation, name, typeNumbers[attribute.type]);
  else if ('types' in attribute)
    call.TFE_OpSetAttrTypeList(
      operation,
      name,
      attribute.types.map((type) => typeNumbers[type]),
      attribute.types.length,
    );
  else if ('int' in attribute) call.TFE_OpSetAttrInt(operation, name, BigInt(attribute.int));
  else if ('ints' in attribute)
    call.TFE_OpSetAttrIntList(operation, name, attribute.ints.map(BigInt), attribute.ints.length);
  else if ('float' in attribute) call.TFE_OpSetAttrFloat(operation, name, attribute.float);
  else if ('bool' in attribute) call.TFE_OpSetAttrBool(operation, name, attribute.bool ? 1 : 0);
  else if ('string' in attribute) {
    const bytes = new TextEncoder().encode(attribute.string);
    call.TFE_OpSetAttrString(operation, name, bytes, bytes.length);
  } else call.TFE_OpSetAttrShape(operation, name, attribute.shape.map(BigInt), attribute.shape.length, status);
}

/** TensorFlow's eager execution: every op runs at once, results are handles to be released. */
export function newEager(native: Native): TfEager {
  const { call, status, check } = native;
  const options = call.TFE_NewContextOptions();
  const context = call.TFE_NewContext(options, status);
  check('TFE_NewContext');
  call.TFE_DeleteContextOptions(options);
  let live = 0;
  const held = (pointer: unknown): TfOutput => {
    live++;
    return { oper: pointer, index: 0 };
  };
  const pointerOf = ({ oper }: TfOutput) => oper;
  const fromBytes: TfEager['constant'] = (shape, dtype, values) => {
    const tensor = native.toTensor(shape, dtype, values);
    const handle = call.TFE_NewTensorHandle(tensor, status);
    call.TF_DeleteTensor(tensor);
    check('TFE_NewTensorHandle');
    return held(handle);
  };
  return {
    op: (name, inputs, attributes = {}, { device } = {}) => {
      const operation = call.TFE_NewOp(context, name, status);
      check(name);
      try {
        if (device) call.TFE_OpSetDevice(operation, device, status);
        check(name);
        for (const input of inputs) {
          if (Array.isArray(input)) call.TFE_OpAddInputList(operation, input.map(pointerOf), input.length, status);
          else call.TFE_OpAddInput(operation, pointerOf(input as TfOutput), status);
          check(name);
        }
        for (const [key, attribute] of Object.entries(attributes)) setAttribute(native, operation, key, attribute);
        // FusedBatchNormV3, the widest op in use, has six; TensorFlow says so if one has more.
        const results: unknown[] = new Array(16).fill(null);
        const count = [results.length];
        call.TFE_Execute(operation, results, count, status);
        check(name);
        return results.slice(0, count[0]).map(held);
      } finally {
        call.TFE_DeleteOp(operation);
      }
    },
    constant: fromBytes,
    fromHost: ({ shape, dtype, values }) => fromBytes(shape, dtype, values),
    toHost: (handle) => {
      const tensor = call.TFE_TensorHandleResolve(pointerOf(handle), status);
      check('TFE_TensorHandleResolve');
      return native.takeTensor(tensor);
    },
    release: (handle) => {
      live--;
      call.TFE_DeleteTensorHandle(pointerOf(handle));
    },
    devices: () => {
      const list = call.TFE_ContextListDevices(context, status);
      check('TFE_ContextListDevices');
      const names = Array.from({ length: call.TF_DeviceListCount(list) }, (_, i) =>
        String(call.TF_DeviceListName(list, i, status)),
      );
      call.TF_DeleteDeviceList(list);
      return names;
    },
    liveHandles: () => live,
    dispose: () => call.TFE_DeleteContext(context),
  };
}
