#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Processes that were started together and end together.
struct Workers {
    let grace: Double
    private var running: [pid_t: Int] = [:]
    private var pipes: [Int32: Line] = [:]
    private var status: Int32 = 0
    /// Those that ended otherwise than with 0, in the order in which that was seen.
    private var failures: [(rank: Int, signal: Int32, status: Int32)] = []
    /// Until when others that may have ended before the first of these are waited for.
    private var settling: Double?
    /// When those that are left are to be asked to end, and to be killed.
    private var deadline: Double?
    private var isAsked = false

    /// A line of output that has not ended.
    private struct Line {
        let rank: Int
        let target: Int32
        var bytes: [UInt8] = []
    }

    init(grace: Double) { self.grace = grace }

    static func ownProgram() throws -> String {
        #if canImport(Darwin)
        return CommandLine.arguments[0]
        #else
        var path = [CChar](repeating: 0, count: Int(PATH_MAX))
        let length = readlink("/proc/self/exe", &path, path.count - 1)
        guard length > 0 else { throw LearningError("workers", "the program that runs now was not found") }
        return String(decoding: path[..<length].map { UInt8(bitPattern: $0) }, as: UTF8.self)
        #endif
    }

    mutating func run(_ count: Int, _ program: String, _ arguments: [String], _ environment: [String: String]) throws -> Int32 {
        // Signals for this process are taken in the loop below, and passed on.
        var taken = sigset_t(), before = sigset_t()
        sigemptyset(&taken)
        for signal in [SIGTERM, SIGHUP, SIGINT] { sigaddset(&taken, signal) }
        pthread_sigmask(SIG_BLOCK, &taken, &before)
        defer { pthread_sigmask(SIG_SETMASK, &before, nil) }
        do {
            for rank in 0..<count {
                var own = environment
                own["RANK"] = "\(rank)"
                try start(rank, program, arguments, own, &before)
            }
        } catch {
            signalAll(SIGKILL)
            while !running.isEmpty { reap(waits: true) }
            closePipes()
            throw error
        }
        while !running.isEmpty {
            forward(milliseconds: 50)
            passOn(taken)
            reap(waits: false)
            if let deadline, Clock.seconds >= deadline {
                signalAll(isAsked ? SIGKILL : SIGTERM)
                self.deadline = Clock.seconds + 5
                isAsked = true
            }
        }
        while forward(milliseconds: 0) {}
        closePipes()
        return status
    }

    // MARK: Processes

    private mutating func start(
        _ rank: Int, _ program: String, _ arguments: [String], _ environment: [String: String], _ mask: inout sigset_t
    ) throws {
        func refuse(_ code: Int32) -> LearningError {
            LearningError("workers", "process \(rank) could not be started: \(String(cString: strerror(code)))", at: program)
        }
        #if canImport(Darwin)
        var actions: posix_spawn_file_actions_t?, attributes: posix_spawnattr_t?
        #else
        var actions = posix_spawn_file_actions_t(), attributes = posix_spawnattr_t()
        #endif
        posix_spawn_file_actions_init(&actions)
        posix_spawnattr_init(&attributes)
        defer {
            posix_spawn_file_actions_destroy(&actions)
            posix_spawnattr_destroy(&attributes)
        }
        posix_spawnattr_setsigmask(&attributes, &mask)
        posix_spawnattr_setflags(&attributes, Int16(POSIX_SPAWN_SETSIGMASK))
        var ends: [Int32] = []
        if rank > 0 {
            posix_spawn_file_actions_addopen(&actions, 0, "/dev/null", O_RDONLY, 0)
            for target in [STDOUT_FILENO, STDERR_FILENO] {
                var pair: [Int32] = [0, 0]
                guard pipe(&pair) == 0 else {
                    for end in ends { close(end) }
                    throw refuse(errno)
                }
                // Processes that are started later must not hold this one's pipes open.
                for end in pair { _ = fcntl(end, F_SETFD, FD_CLOEXEC) }
                _ = fcntl(pair[0], F_SETFL, O_NONBLOCK)
                posix_spawn_file_actions_adddup2(&actions, pair[1], target)
                pipes[pair[0]] = Line(rank: rank, target: target)
                ends.append(pair[1])
            }
        }
        var texts = ([program] + arguments).map { strdup($0) } + [nil]
        var variables = environment.sorted { $0.key < $1.key }.map { strdup("\($0.key)=\($0.value)") } + [nil]
        var process = pid_t()
        let code = posix_spawn(&process, program, &actions, &attributes, &texts, &variables)
        for text in texts + variables { free(text) }
        for end in ends { close(end) }
        guard code == 0 else { throw refuse(code) }
        running[process] = rank
    }

    private mutating func reap(waits: Bool) {
        for process in Array(running.keys) {
            var code: Int32 = 0
            guard waitpid(process, &code, waits ? 0 : WNOHANG) == process else { continue }
            let rank = running.removeValue(forKey: process)!
            let signal = code & 0x7f, own = signal == 0 ? (code >> 8) & 0xff : 128 + signal
            if own != 0 { failures.append((rank, signal, own)) }
        }
        judge()
    }

    /// Says which process was at fault and lets the others end.
    ///
    /// The connections of a process that a signal ends are closed before its parent can know of it, so others that noticed may be reaped
    /// first. Where none was ended by a signal, judgement therefore waits a moment.
    private mutating func judge() {
        guard status == 0, let first = failures.first else { return }
        let settled = settling ?? Clock.seconds + 0.3
        settling = settled
        let ended = failures.first { $0.signal != 0 }
        guard ended != nil || running.isEmpty || Clock.seconds >= settled else { return }
        let (rank, signal, own) = ended ?? first
        status = own
        let reason = signal == 0 ? "ended with status \(own)" : "was ended by signal \(signal)"
        write("workers: process \(rank) \(reason)\(running.isEmpty ? "" : "; the others end too")\n", to: STDERR_FILENO)
        deadline = Clock.seconds + grace
    }

    private func signalAll(_ signal: Int32) { for process in running.keys { kill(process, signal) } }

    private mutating func passOn(_ taken: sigset_t) {
        for signal in [SIGTERM, SIGHUP, SIGINT] {
            var pending = sigset_t(), one = sigset_t(), number: Int32 = 0
            sigpending(&pending)
            guard sigismember(&pending, signal) == 1 else { continue }
            sigemptyset(&one)
            sigaddset(&one, signal)
            sigwait(&one, &number)
            // A terminal sends its interrupt to all processes of the group itself.
            if signal != SIGINT || isatty(STDIN_FILENO) == 0 { signalAll(signal) }
        }
    }

    // MARK: Output

    /// Passes on what the processes have written; false where there is nothing more.
    @discardableResult private mutating func forward(milliseconds: Int32) -> Bool {
        var waiting = pipes.keys.map { pollfd(fd: $0, events: Int16(POLLIN), revents: 0) }
        guard poll(&waiting, nfds_t(waiting.count), milliseconds) > 0 else { return false }
        var buffer = [UInt8](repeating: 0, count: 1 << 16)
        for entry in waiting where entry.revents != 0 {
            let count = read(entry.fd, &buffer, buffer.count)
            if count > 0 {
                pipes[entry.fd]!.bytes += buffer[..<count]
                flush(entry.fd, isEnd: false)
            } else if count == 0 || errno != EAGAIN && errno != EINTR {
                flush(entry.fd, isEnd: true)
                close(entry.fd)
                pipes[entry.fd] = nil
            }
        }
        return true
    }

    private mutating func flush(_ pipe: Int32, isEnd: Bool) {
        guard var line = pipes[pipe] else { return }
        while let end = line.bytes.firstIndex(of: 10)
            ?? (isEnd && !line.bytes.isEmpty || line.bytes.count > 1 << 20 ? line.bytes.count - 1 : nil)
        {
            let text = String(decoding: line.bytes[...end], as: UTF8.self)
            write("[\(line.rank)] \(text)\(text.hasSuffix("\n") ? "" : "\n")", to: line.target)
            line.bytes.removeSubrange(...end)
        }
        pipes[pipe] = line
    }

    private func write(_ text: String, to target: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes { bytes -> Int in
                #if canImport(Darwin)
                Darwin.write(target, bytes.baseAddress, bytes.count)
                #elseif canImport(Musl)
                Musl.write(target, bytes.baseAddress, bytes.count)
                #else
                Glibc.write(target, bytes.baseAddress, bytes.count)
                #endif
            }
            if count < 0 && errno != EINTR { return }
            rest = rest.dropFirst(max(0, count))
        }
    }

    private mutating func closePipes() {
        for pipe in pipes.keys { close(pipe) }
        pipes = [:]
    }
}
