internal import Engine

/// Numbered tasks on the engine's threads.
enum Parallel {
    /// Runs `body` for 0 ..< count, in any order and on several threads at once; returns when all are done.
    static func forEach(_ count: Int, _ body: (Int) -> Void) {
        guard count > 1 else {
            if count == 1 { body(0) }
            return
        }
        withoutActuallyEscaping(body) { body in
            var body = body
            withUnsafeMutablePointer(to: &body) { pointer in
                Pool.shared(Pool.preferredThreads).run(count, UnsafeMutableRawPointer(pointer)) { context, task, _ in
                    context.assumingMemoryBound(to: ((Int) -> Void).self).pointee(task)
                }
            }
        }
    }

    /// Threads that `forEach` uses.
    static var threads: Int { Pool.preferredThreads }
}
