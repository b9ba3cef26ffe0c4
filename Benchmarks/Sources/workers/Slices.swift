import Foundation

/// Measures slices on demand: prints READY, then answers each line on the standard input with one slice.
func serve(warmup: Int = 20, _ step: () -> Void) {
    for _ in 0..<warmup { step() }
    let milliseconds = ProcessInfo.processInfo.environment["SLICE_MS"].flatMap(Double.init) ?? 200
    // Steps shorter than a few microseconds are timed in groups, or the clock is what is measured.
    var group = 1
    while time(group, step) < 5 && group < 1 << 20 { group *= 2 }
    say("READY")
    while readLine() != nil {
        var steps: [Double] = []
        let start = clockNow()
        repeat { steps.append(time(group, step) / Double(group)) } while clockNow() - start < milliseconds * 1000 || steps.count < 3
        let sorted = steps.sorted()
        let mean = steps.reduce(0, +) / Double(steps.count)
        say(
            "{\"mean\": \(mean), \"median\": \(sorted[sorted.count / 2]), \"p99\": \(sorted[min(sorted.count - 1, sorted.count * 99 / 100)]), \"min\": \(sorted[0]), \"count\": \(steps.count * group)}"
        )
    }
}

/// Microseconds that `count` steps take.
private func time(_ count: Int, _ step: () -> Void) -> Double {
    let start = clockNow()
    for _ in 0..<count { step() }
    return clockNow() - start
}

private func clockNow() -> Double {
    var time = timespec()
    clock_gettime(CLOCK_MONOTONIC, &time)
    return Double(time.tv_sec) * 1e6 + Double(time.tv_nsec) / 1e3
}

/// A line that reaches the coordinator at once.
private func say(_ line: String) { FileHandle.standardOutput.write(Data((line + "\n").utf8)) }
