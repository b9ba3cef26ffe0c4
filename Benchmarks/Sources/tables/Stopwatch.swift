import Glibc

/// Takes the time of a work that is done again and again.
enum Stopwatch {
    private static var now: Double {
        var time = timespec()
        clock_gettime(CLOCK_MONOTONIC, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    }

    /// The seconds of each time: at least three of them, for at least a second and a half.
    static func seconds(of work: () throws -> Void) rethrows -> [Double] {
        var seconds: [Double] = []
        let start = now
        while seconds.count < 3 || now - start < 1.5 {
            let begin = now
            try work()
            seconds.append(now - begin)
        }
        return seconds
    }
}
