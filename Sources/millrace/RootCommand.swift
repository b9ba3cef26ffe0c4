import ArgumentParser

/// The program.
struct RootCommand: ParsableCommand {
    static let version = "0.1.0"

    static let configuration = CommandConfiguration(
        commandName: "millrace",
        abstract: "From data at rest to a trained, verified model.",
        discussion: """
            Data go to the standard output, logs to the standard error stream. Exit codes: 0 ok, 1 failed, 2 wrong usage, 3 a gate \
            refused, 130 interrupted.

            Environment: MILLRACE_DATA (folder of data sets), MILLRACE_THREADS, MILLRACE_KERNELS=portable, NO_COLOR. Flags win over \
            the environment, the environment over files.
            """,
        version: version,
        subcommands: [
            InitCommand.self, DataCommand.self, TrainCommand.self, EvaluateCommand.self, RunCommand.self, VerifyCommand.self,
            ExportCommand.self, ImportCommand.self, ResultsCommand.self, BenchCommand.self, DoctorCommand.self, SchemaCommand.self,
            CompletionsCommand.self, ManualCommand.self,
        ])
}
