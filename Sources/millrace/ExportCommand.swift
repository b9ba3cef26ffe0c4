import ArgumentParser
import Learning

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the weights of a bundle as a safetensors file.")

    @Argument(help: "The bundle, a folder NAME.millrace.", completion: .directory)
    var bundle: String
    @Option(name: [.short, .long], help: "The file for the weights.", completion: .file(extensions: ["safetensors"]))
    var weights: String

    func run() throws {
        let bundle = try ModelBundle(reading: bundle)
        try bundle.exportWeights(to: weights)
        Console.log("\(bundle.weights.filter { $0.role != .constant }.count) tensors in \(weights)")
    }
}
