import ArgumentParser
import Learning

struct ImportCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Put the weights of a safetensors file into a copy of a bundle.",
        discussion: "Names and shapes must be those of the bundle; what does not fit is listed at once. The new bundle has no metrics.")

    @OptionGroup var source: BundleOptions
    @Option(name: [.short, .long], help: "The file with the weights.", completion: .file(extensions: ["safetensors"]))
    var weights: String
    @Option(name: [.short, .long], help: "The folder of the new bundle.", completion: .directory)
    var output: String

    func run() throws {
        let identity = try source.read().importingWeights(from: weights).write(to: output)
        Console.out(output)
        Console.log("identity \(identity)")
    }
}
