"""Decoded and resized pictures as Pillow and PyTorch have them: Tests/DatasetsTests/Golden/pictures.jsonl.

A line is a case: `kind` decode (`file`, base64, and the `pixels` that come out of it), resize (`input` and `output`, u8, base64) or
resizeFloat (lists of numbers); sizes are [height, width, channels].
"""

import base64
import io
import json
from pathlib import Path

import numpy
import torch
from PIL import Image, features

lines = []
generator = numpy.random.Generator(numpy.random.PCG64(7))


def text(array):
    return base64.b64encode(numpy.ascontiguousarray(array, dtype=numpy.uint8).tobytes()).decode()


def picture(height, width, channels):
    """Smooth colours with some noise, so that JPEG has something to keep and something to lose."""
    y, x, c = numpy.mgrid[0:height, 0:width, 0:channels]
    values = 127 + 90 * numpy.sin(x / 5 + c) * numpy.cos(y / 7 - c) + generator.normal(0, 12, (height, width, channels))
    return numpy.clip(values, 0, 255).astype(numpy.uint8)


def decode(name, image, format, **options):
    file = io.BytesIO()
    image.save(file, format, **options)
    back = Image.open(io.BytesIO(file.getvalue()))
    if back.mode in ("1", "CMYK", "P"):
        back = back.convert({"1": "L", "CMYK": "RGB", "P": "RGBA" if "transparency" in back.info else "RGB"}[back.mode])
    if back.mode == "I;16":
        pixels = (numpy.asarray(back) >> 8).astype(numpy.uint8)
    else:
        pixels = numpy.asarray(back)
    shape = list(pixels.shape) + ([1] if pixels.ndim == 2 else [])
    lines.append({"kind": "decode", "name": name, "file": base64.b64encode(file.getvalue()).decode(), "size": shape, "pixels": text(pixels)})


grey, colour, alpha = picture(19, 23, 1)[..., 0], picture(21, 18, 3), picture(9, 14, 4)
decode("png.grey", Image.fromarray(grey), "png")
decode("png.rgb", Image.fromarray(colour), "png")
decode("png.rgba", Image.fromarray(alpha), "png")
decode("png.greyAlpha", Image.fromarray(picture(7, 9, 2), "LA"), "png")
decode("png.bit", Image.fromarray(grey).convert("1"), "png")
decode("png.palette", Image.fromarray(colour).quantize(16), "png")
decode("png.paletteTransparent", Image.fromarray(colour).quantize(16), "png", transparency=3)
decode("png.sixteen", Image.fromarray((grey.astype(numpy.uint16) << 8) + 77), "png")
decode("jpeg.grey", Image.fromarray(grey), "jpeg", quality=85)
decode("jpeg.rgb444", Image.fromarray(colour), "jpeg", quality=90, subsampling=0)
decode("jpeg.rgb420", Image.fromarray(colour), "jpeg", quality=80, subsampling=2)
decode("jpeg.progressive", Image.fromarray(colour), "jpeg", quality=75, progressive=True)
decode("jpeg.cmyk", Image.fromarray(colour).convert("CMYK"), "jpeg", quality=90)

filters = {"box": Image.Resampling.BOX, "bilinear": Image.Resampling.BILINEAR, "bicubic": Image.Resampling.BICUBIC}
for name, filter in filters.items():
    for height, width, channels, newHeight, newWidth in [(17, 23, 3, 8, 11), (9, 7, 1, 20, 16), (30, 12, 3, 7, 25), (16, 16, 1, 16, 5), (6, 40, 4, 6, 3)]:
        pixels = picture(height, width, channels)
        image = Image.fromarray(pixels[..., 0] if channels == 1 else pixels)
        if channels == 4:
            # Pillow multiplies by alpha around a resize; the channels are meant to be on their own here.
            planes = [numpy.asarray(Image.fromarray(pixels[..., c]).resize((newWidth, newHeight), filter)) for c in range(4)]
            result = numpy.stack(planes, -1)
        else:
            result = numpy.asarray(image.resize((newWidth, newHeight), filter))
        lines.append(
            {
                "kind": "resize", "name": f"resize.{name}.{height}x{width}to{newHeight}x{newWidth}", "filter": name,
                "size": [height, width, channels], "input": text(pixels), "newSize": [newHeight, newWidth, channels], "output": text(result),
            }
        )  # fmt: skip

for height, width, newHeight, newWidth in [(11, 13, 5, 6), (5, 6, 12, 9)]:
    values = numpy.round(generator.uniform(-1, 1, (height, width, 2)), 3)
    result = torch.nn.functional.interpolate(
        torch.tensor(values).permute(2, 0, 1)[None], (newHeight, newWidth), mode="bilinear", antialias=True, align_corners=False
    )[0].permute(1, 2, 0)
    lines.append(
        {
            "kind": "resizeFloat", "name": f"resizeFloat.{height}x{width}to{newHeight}x{newWidth}", "size": [height, width, 2],
            "values": values.flatten().tolist(), "newSize": [newHeight, newWidth, 2], "result": [round(v, 7) for v in result.flatten().tolist()],
        }
    )  # fmt: skip

target = Path(__file__).resolve().parents[2] / "Tests/DatasetsTests/Golden/pictures.jsonl"
target.parent.mkdir(exist_ok=True)
target.write_text("".join(json.dumps(line, separators=(",", ":")) + "\n" for line in lines))
print(f"pictures: {len(lines)} cases, {target.stat().st_size} bytes (libjpeg-turbo {features.version('libjpeg_turbo')})")
