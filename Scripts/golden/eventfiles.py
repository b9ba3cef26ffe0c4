"""An event file as TensorBoard's own library writes it: Tests/FormatsTests/Golden/events.tfevents, and what it reads back from one.

Called with the path of an event file it prints, as a line of JSON for each event, what TensorBoard reads from it.
"""

import io
import json
import sys
from pathlib import Path

from tensorboard.compat.proto import event_pb2, summary_pb2, tensor_pb2, tensor_shape_pb2
from tensorboard.summary.writer.record_writer import RecordWriter

folder = Path(__file__).resolve().parents[2] / "Tests/FormatsTests/Golden"


def events():
    yield event_pb2.Event(wall_time=1700000000.25, file_version="brain.Event:2")
    for step, value in [(0, 0.0), (1, 0.5), (200, -3.25), (1 << 40, 1e-30)]:
        summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="loss/train", simple_value=value)])
        yield event_pb2.Event(wall_time=1700000000.25 + step, step=step, summary=summary)
    histogram = summary_pb2.HistogramProto(
        min=-1, max=3, num=5, sum=6.5, sum_squares=18.75, bucket_limit=[0, 1, 2, 3], bucket=[1, 1, 1, 2]
    )
    summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="weights", histo=histogram)])
    yield event_pb2.Event(wall_time=1700000000.25 + 7, step=7, summary=summary)
    text = tensor_pb2.TensorProto(
        dtype=7,
        string_val=["# Größe\n\nyes".encode()],
        tensor_shape=tensor_shape_pb2.TensorShapeProto(dim=[tensor_shape_pb2.TensorShapeProto.Dim(size=1)]),
    )
    metadata = summary_pb2.SummaryMetadata(plugin_data=summary_pb2.SummaryMetadata.PluginData(plugin_name="text"))
    summary = summary_pb2.Summary(value=[summary_pb2.Summary.Value(tag="note", metadata=metadata, tensor=text)])
    yield event_pb2.Event(wall_time=1700000000.25 + 8, step=8, summary=summary)


class Sink(io.BytesIO):
    """Keeps its bytes when it is closed."""

    def close(self):
        self.flush()


def read(path):
    from tensorboard.backend.event_processing.event_file_loader import EventFileLoader

    for event in EventFileLoader(path).Load():
        values = []
        for value in event.summary.value:
            tensor = value.tensor
            content = [string.decode() for string in tensor.string_val] or list(tensor.float_val) or list(tensor.double_val)
            values.append({"tag": value.tag, "plugin": value.metadata.plugin_data.plugin_name, "content": content})
        print(json.dumps({"step": event.step, "time": event.wall_time, "values": values}))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        read(sys.argv[1])
    else:
        sink = Sink()
        writer = RecordWriter(sink)
        for event in events():
            writer.write(event.SerializeToString())
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "events.tfevents").write_bytes(sink.getvalue())
        print(f"events: {len(sink.getvalue()):,} bytes")
