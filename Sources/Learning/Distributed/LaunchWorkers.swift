import CGloo
internal import Formats

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Starts the processes of a run on this host, each of them this very program, and waits for them.
///
/// Each gets `RANK`, `WORLD_SIZE` and a meeting place of its own in the environment, where `ProcessGroup.Settings()` finds them, and
/// its share of the processors (`MILLRACE_THREADS`, unless set). Process 0 has the standard streams of this one; the lines of the
/// others come out with their number in front. When one ends with a failure the others have `grace` seconds to say so and end; then
/// they are asked to (SIGTERM), and 5 seconds later killed. SIGTERM and SIGHUP are passed on. If the launcher is killed, Linux ends
/// the workers.
///
///     if try ProcessGroup.Settings() == nil, let workers { exit(try launchWorkers(count: workers)) }
///
/// - Parameter count: how many.
/// - Parameter program: nil starts the program that runs now.
/// - Parameter arguments: nil gives the arguments of this process.
/// - Parameter environment: added to that of this process.
/// - Returns: 0 if all ended well, otherwise the exit status of the first that failed; 128 and the number of the signal that ended it.
/// - Throws: if a process cannot be started; those that were are ended.
public func launchWorkers(
    count: Int, program: String? = nil, arguments: [String]? = nil, environment: [String: String] = [:], grace: Double = 10
) throws -> Int32 {
    guard (1...4096).contains(count) else { throw LearningError("workers", "1 to 4096 can be started, not \(count)") }
    var template = Array("\(Environment.all["TMPDIR"] ?? "/tmp")/millrace-workers-XXXXXX".utf8CString)
    guard mkdtemp(&template) != nil else {
        throw LearningError("workers", "no temporary folder could be made: \(String(cString: strerror(errno)))")
    }
    let folder = template.withUnsafeBufferPointer { String(cString: $0.baseAddress!) }
    defer { try? Files.remove(folder) }
    var shared = Environment.all.merging(environment) { $1 }
    shared["WORLD_SIZE"] = "\(count)"
    shared["MILLRACE_RENDEZVOUS"] = "file:" + folder
    shared["MILLRACE_INTERFACE"] = "127.0.0.1"
    shared[workerParentVariable] = "\(getpid())"
    if shared["MILLRACE_THREADS"] == nil {
        shared["MILLRACE_THREADS"] = "\(max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)) / count))"
    }
    var workers = Workers(grace: grace)
    return try workers.run(count, program ?? (try Workers.ownProgram()), arguments ?? Array(CommandLine.arguments.dropFirst()), shared)
}
