import ArgumentParser

struct DataCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "data", abstract: "Look at tables, check, divide and convert them.",
        subcommands: [DataInspectCommand.self, DataCheckCommand.self, DataSplitCommand.self, DataConvertCommand.self])
}
