import ArgumentParser
import Foundation

/// Flags that every command has which computes something.
struct CommonOptions: ParsableArguments {
    @Option(help: "Threads to use (environment: MILLRACE_THREADS; default: one for each processor).")
    var threads: Int?

    @Option(help: "Folder of the data sets, ${data} in recipes (environment: MILLRACE_DATA; default: ../shared/data).")
    var data: String?

    @Flag(help: "Print JSON.")
    var json = false

    func validate() throws {
        if let threads, !(1...256).contains(threads) { throw ValidationError("--threads is between 1 and 256, not \(threads).") }
    }

    /// Hands the flags to the libraries, which read the environment once when they first need it.
    func apply() {
        if let threads { setenv("MILLRACE_THREADS", "\(threads)", 1) }
        if let data { setenv("MILLRACE_DATA", data, 1) }
    }
}
