"""TensorBoard's own writer and reader, from the package `tensorboard`.

usage: python trainer_tensorboard.py write packages/trainer/fixtures/events.json   (a file as its writer makes it)
       python trainer_tensorboard.py read <folder>                                 (scalars as its reader sees them, JSON)
"""
import glob, json, os, sys, tempfile
import tensorboard
from tensorboard.backend.event_processing.event_accumulator import EventAccumulator
from tensorboard.compat.proto import event_pb2, summary_pb2
from tensorboard.summary.writer.event_file_writer import EventFileWriter

if sys.argv[1] == 'write':
    with tempfile.TemporaryDirectory() as folder:
        writer = EventFileWriter(folder)
        events = [
            event_pb2.Event(wall_time=1700000000, file_version='brain.Event:2'),
            event_pb2.Event(wall_time=1700000000.25, step=1, session_log=event_pb2.SessionLog(status=event_pb2.SessionLog.START)),
            event_pb2.Event(wall_time=1700000001.5, step=10, summary=summary_pb2.Summary(value=[
                summary_pb2.Summary.Value(tag='train/loss', simple_value=2.5), summary_pb2.Summary.Value(tag='train/gradNorm', simple_value=0.1)])),
            event_pb2.Event(wall_time=1700000002.5, step=3000000000, summary=summary_pb2.Summary(value=[
                summary_pb2.Summary.Value(tag='eval/損失', simple_value=float('nan'))])),
        ]
        for event in events:
            writer.add_event(event)
        writer.close()
        data = open(glob.glob(folder + '/*')[0], 'rb').read()
        # The first record holds the time of writing and the writer's name; what follows is fixed.
        first = 16 + int.from_bytes(data[:8], 'little')
        json.dump({'tensorboard': tensorboard.__version__, 'hex': data[first:].hex()}, open(sys.argv[2], 'w'))
else:
    reader = EventAccumulator(sys.argv[2])
    reader.Reload()
    print(json.dumps({tag: [[e.wall_time, e.step, e.value] for e in reader.Scalars(tag)] for tag in reader.Tags()['scalars']} or
                     {tag: [[e.wall_time, e.step, float(e.tensor_proto.float_val[0])] for e in reader.Tensors(tag)] for tag in reader.Tags()['tensors']}))
