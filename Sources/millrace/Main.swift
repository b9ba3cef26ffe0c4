import ArgumentParser

/// Starts the command that the arguments name and turns every outcome into an exit code: 0 ok, 1 failed, 2 wrong usage, 3 a gate refused,
/// 130 interrupted.
@main enum Main {
    static func main() {
        Console.endsQuietlyOnClosedOutput()
        do {
            var command = try RootCommand.parseAsRoot()
            try command.run()
            Console.flush()
        } catch let refusal as Refusal {
            Console.error(refusal.description)
            Console.exit(refusal.code)
        } catch {
            let code = RootCommand.exitCode(for: error)
            if code == .success {
                let message = RootCommand.message(for: error)
                if !message.isEmpty { Console.out(message) }
                Console.exit(0)
            }
            if code == .validationFailure {
                Console.raw(RootCommand.fullMessage(for: error))
                Console.exit(2)
            }
            if let known = error as? ExitCode { Console.exit(known.rawValue) }
            Console.error("\(error)")
            Console.exit(1)
        }
        Console.exit(0)
    }
}
