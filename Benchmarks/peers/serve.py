"""The slice protocol, the peers' side: READY, then one line of JSON for every line read."""

import json
import os
import sys
import time


def arguments():
    """Returns the work's name, its parts and the words of the variant, e.g. A.f32.b32, channels_last.fused."""
    work, variant = sys.argv[1], sys.argv[2]
    return work, work.split("."), set(variant.split("."))


def threads(words):
    return 1 if "1t" in words else 2


def batch_size(parts):
    """Returns 32 for A.f32.b32."""
    return int(parts[-1][1:])


def models_folder():
    folder = os.environ["BENCH_MODELS"]
    os.makedirs(folder, exist_ok=True)
    return folder


def exported(path, script, export):
    """Calls `export(temporary_path)` unless `path` is already newer than the scripts that describe the model."""
    here = os.path.dirname(os.path.abspath(__file__))
    newest = max(os.path.getmtime(os.path.join(here, name)) for name in script)
    if not os.path.exists(path) or os.path.getmtime(path) < newest:
        # Two workers may export at once: each writes its own file and the rename is atomic.
        temporary = f"{path}.{os.getpid()}"
        export(temporary)
        os.replace(temporary, path)
    return path


def serve(step, warm=5, steps_per_call=1):
    """Answers slices of `step`, which runs `steps_per_call` steps at a time."""
    seconds = float(os.environ.get("SLICE_MS", "200")) / 1000
    # Libraries may write to the standard output, so the protocol keeps the only handle on it.
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    for _ in range(warm):
        step()
    answers.write("READY\n")
    for _ in sys.stdin:
        times = []
        end = time.perf_counter() + seconds
        while True:
            start = time.perf_counter()
            step()
            stop = time.perf_counter()
            times.append(stop - start)
            if stop > end and len(times) >= 3:
                break
        times.sort()
        scale = 1e6 / steps_per_call
        answers.write(json.dumps({
            "mean": sum(times) / len(times) * scale,
            "median": times[len(times) // 2] * scale,
            "p99": times[int(len(times) * 0.99)] * scale,
            "min": times[0] * scale,
            "count": len(times) * steps_per_call,
        }) + "\n")
