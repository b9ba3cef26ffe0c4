#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

extension Program.Options.Kernels {
    /// Native unless oneDNN is absent or the environment says `MILLRACE_KERNELS=portable`.
    public static let preferred: Program.Options.Kernels = {
        if let text = getenv("MILLRACE_KERNELS"), String(cString: text) == "portable" { return .portable }
        return OneDNN.shared == nil ? .portable : .native
    }()
}
