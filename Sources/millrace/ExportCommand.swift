import ArgumentParser
import Learning

struct ExportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export", abstract: "Write the weights of a bundle as a safetensors file.")

    @OptionGroup var source: BundleOptions
    @Option(name: [.short, .long], help: "The file for the weights.", completion: .file(extensions: ["safetensors"]))
    var weights: String

    func run() throws {
        let bundle = try source.read()
        try bundle.exportWeights(to: weights)
        Console.log("\(bundle.weights.filter { $0.role != .constant }.count) tensors in \(weights)")
    }
}
