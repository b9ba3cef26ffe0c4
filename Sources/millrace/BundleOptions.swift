import ArgumentParser
import Formats
import Learning

/// The bundle that a command works on.
struct BundleOptions: ParsableArguments {
    @Argument(help: "The bundle, a folder NAME.millrace.", completion: .directory)
    var bundle: String

    /// Reads and checks it.
    func read() throws -> ModelBundle {
        guard Files.exists(Files.join(bundle, "manifest.json")) else {
            throw Refusal(
                code: 1,
                description:
                    "bundle '\(bundle)': \(Files.exists(bundle) ? "is no bundle: it has no manifest.json" : "there is no such folder")")
        }
        return try ModelBundle(reading: bundle)
    }
}
