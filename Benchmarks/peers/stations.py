"""Prints what the temperatures of three weather stations deviate from, as CSV: station, residual, shift.

The stations are pvlib's typical years (TMY3 Greensboro and Sand Point, TMY2 Miami). Of each hour the residual is the reported dew point minus that
computed from temperature and humidity by the formula of Magnus, in units of its own deviation over the first 2,000 hours. `shift` is what one
deviation of the temperature moves it by.
"""

from pathlib import Path

import numpy
import pvlib

folder = Path(pvlib.__file__).parent / "data"


def magnus(temperature):
    return 17.625 * temperature / (243.04 + temperature)


print("station,residual,shift")
for name in ["723170TYA.CSV", "703165TY.csv", "12839.tm2"]:
    if name.endswith("tm2"):
        table = pvlib.iotools.read_tmy2(folder / name)[0]
    else:
        table = pvlib.iotools.read_tmy3(folder / name, map_variables=True)[0]
    if "temp_air" in table:
        air, dew, humidity = (table[column].to_numpy(float) for column in ["temp_air", "temp_dew", "relative_humidity"])
    else:
        air, dew, humidity = (table[column].to_numpy(float) for column in ["DryBulb", "DewPoint", "RHum"])
    if abs(air).max() > 70:  # tenths of a degree
        air, dew = air / 10, dew / 10
    exponent = numpy.log(numpy.maximum(humidity, 1) / 100) + magnus(air)
    residual = dew - 243.04 * exponent / (17.625 - exponent)
    head = residual[:2000]
    for value in (residual - head.mean()) / head.std():
        print(f"{name.split('.')[0]},{value:.6g},{air.std() / head.std():.6g}")
