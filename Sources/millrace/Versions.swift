import COneDNN
import Datasets
import Engine

/// What takes part in a computation, by name.
enum Versions {
    /// The version of oneDNN in use, or nil.
    static var oneDNN: String? {
        guard Program.Options.Kernels.preferred == .native, let version = mk_dnn_load(nil)?.pointee.version()?.pointee else { return nil }
        return "\(version.major).\(version.minor).\(version.patch)"
    }

    static var all: [String: String] {
        var all = ["millrace": RootCommand.version]
        all["oneDNN"] = oneDNN
        all["arrow"] = TableSupport.version
        return all
    }
}
