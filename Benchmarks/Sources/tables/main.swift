// tables PATH [COLUMN…]: scans a table again and again for a second or so, and prints the seconds of each scan and the rows as a line of JSON.
import Datasets
import Glibc

func now() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
}

let arguments = CommandLine.arguments
guard arguments.count > 1 else {
    print("usage: tables PATH [COLUMN…]")
    exit(2)
}
let columns = arguments.count > 2 ? Array(arguments[2...]) : nil
var seconds: [Double] = [], rows = 0
let start = now()
while seconds.count < 3 || now() - start < 1.5 {
    let begin = now()
    rows = 0
    let scan = try Table(at: arguments[1]).scan(columns: columns)
    while let batch = try scan.next() { rows += batch.rowCount }
    seconds.append(now() - begin)
}
print("{\"rows\":\(rows),\"seconds\":\(seconds)}")
