import { typeNumbers } from './element-types.ts';
import type { Native } from './native.ts';
import type { TfAttribute, TfGraph, TfOutput } from './types.ts';

function setAttribute(native: Native, operation: unknown, name: string, attribute: TfAttribute): void {
  const { call } = native;
  if ('type' in attribute) call.TF_SetAttrType(operation, name, typeNumbers[attribute.type]);
  else if ('types' in attribute)
    call.TF_SetAttrTypeList(
      operation,
      name,
      attribute.types.map((type) => typeNumbers[type]),
      attribute.types.length,
    );
  else if ('int' in attribute) call.TF_SetAttrInt(operation, name, BigInt(attribute.int));
  else if ('ints' in attribute)
    call.TF_SetAttrIntList(operation, name, attribute.ints.map(BigInt), attribute.ints.length);
  else if ('float' in attribute) call.TF_SetAttrFloat(operation, name, attribute.float);
  else if ('bool' in attribute) call.TF_SetAttrBool(operation, name, attribute.bool ? 1 : 0);
  else if ('string' in attribute) {
    const bytes = new TextEncoder().encode(attribute.string);
    call.TF_SetAttrString(operation, name, bytes, bytes.length);
  } else call.TF_SetAttrShape(operation, name, attribute.shape.map(BigInt), attribute.shape.length);
}

/** A TF_Graph that records ops; nothing runs. */
export function newGraph(native: Native): TfGraph {
  const { call, status, check } = native;
  const pointer = call.TF_NewGraph();
  let nodes = 0;
  const small = new Map<string, TfOutput>();
  const finish = (operation: unknown, what: string): TfOutput[] => {
    const oper = call.TF_FinishOperation(operation, status);
    check(what);
    const count = Math.max(call.TF_OperationNumOutputs(oper), 1);
    return Array.from({ length: count }, (_, index) => ({ oper, index }));
  };
  return {
    pointer,
    op: (name, inputs, attributes = {}, { device, control } = {}) => {
      const operation = call.TF_NewOperation(pointer, name, `${name}_${nodes++}`);
      if (device) call.TF_SetDevice(operation, device);
      for (const input of inputs) {
        if (Array.isArray(input)) call.TF_AddInputList(operation, input, input.length);
        else call.TF_AddInput(operation, input);
      }
      for (const before of control ?? []) call.TF_AddControlInput(operation, before.oper);
      for (const [key, attribute] of Object.entries(attributes)) setAttribute(native, operation, key, attribute);
      return finish(operation, name);
    },
    constant: (shape, dtype, values) => {
      // Shapes, axes and scalars recur in every layer: one node serves them all.
      const key =
        values.byteLength <= 64
          ? `${dtype} ${shape} ${new Uint8Array(values.buffer, values.byteOffset, values.byteLength)}`
          : undefined;
      const known = key === undefined ? undefined : small.get(key);
      if (known) return known;
      const operation = call.TF_NewOperation(pointer, 'Const', `Const_${nodes++}`);
      const tensor = native.toTensor(shape, dtype, values);
      call.TF_SetAttrType(operation, 'dtype', typeNumbers[dtype]);
      call.TF_SetAttrTensor(operation, 'value', tensor, status);
      call.TF_DeleteTensor(tensor);
      check('Const');
      const made = finish(operation, 'Const')[0] as TfOutput;
      if (key !== undefined) small.set(key, made);
      return made;
    },
    placeholder: (name, dtype, shape) => {
      const operation = call.TF_NewOperation(pointer, 'Placeholder', name);
      nodes++;
      setAttribute(native, operation, 'dtype', { type: dtype });
      setAttribute(native, operation, 'shape', { shape });
      return finish(operation, `placeholder ${name}`)[0] as TfOutput;
    },
    define: (name, body, inputs, outputs) => {
      const made = call.TF_GraphToFunction(
        body.pointer,
        name,
        0,
        -1,
        null,
        inputs.length,
        inputs,
        outputs.length,
        outputs,
        null,
        null,
        null,
        status,
      );
      check(`TF_GraphToFunction ${name}`);
      call.TF_GraphCopyFunction(pointer, made, null, status);
      call.TF_DeleteFunction(made);
      check(`TF_GraphCopyFunction ${name}`);
    },
    nodeCount: () => nodes,
    dispose: () => call.TF_DeleteGraph(pointer),
  };
}
