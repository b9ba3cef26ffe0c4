import Foundation
import Synchronization

/// Ctrl-C: the first one asks the work to stop in good order, the second one ends the program.
enum Interrupt {
    private static let requested = Atomic<Bool>(false)

    static var isRequested: Bool { requested.load(ordering: .relaxed) }

    /// Listens from now on.
    static func listen() {
        _ = isRequested
        for number in [SIGINT, SIGTERM] {
            signal(number) { number in
                Interrupt.requested.store(true, ordering: .relaxed)
                signal(number, SIG_DFL)
            }
        }
    }
}
