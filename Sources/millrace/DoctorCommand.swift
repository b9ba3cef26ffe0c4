import ArgumentParser
import CKernels
import COneDNN
import Datasets
import Engine
import Formats
import Foundation
import Recipes

struct DoctorCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "doctor",
        abstract: "Say what this machine offers and what is missing.",
        discussion:
            "Everything works without oneDNN, more slowly; tables need Arrow's shim. The exit code is 0 unless a matrix product is wrong.")

    @OptionGroup var common: CommonOptions

    private struct Finding {
        let name: String
        let isGood: Bool
        let text: String
        /// What to do about it.
        var advice = ""
    }

    func run() throws {
        common.apply()
        let findings = try [
            version, instructionSet, oneDNN, threads, memory, arithmetic(), tables, data,
        ]
        if common.json {
            Console.out(
                .object(
                    JSON.Object(
                        findings.map { finding in
                            var object: JSON.Object = ["ok": .bool(finding.isGood), "text": .string(finding.text)]
                            if !finding.advice.isEmpty { object["advice"] = .string(finding.advice) }
                            return (finding.name, .object(object))
                        })))
        } else {
            for finding in findings {
                let mark = finding.isGood ? "ok  " : "MISS"
                Console.out("\(mark) \(finding.name.padding(toLength: 17, withPad: " ", startingAt: 0))\(finding.text)")
                if !finding.advice.isEmpty { Console.out("     \("".padding(toLength: 17, withPad: " ", startingAt: 0))\(finding.advice)") }
            }
        }
        if let wrong = findings.first(where: { $0.name == "arithmetic" && !$0.isGood }) {
            throw Refusal(code: 1, description: "native and portable kernels disagree: \(wrong.text)")
        }
    }

    private var version: Finding {
        Finding(name: "millrace", isGood: true, text: RootCommand.version)
    }

    private var instructionSet: Finding {
        let wish = ProcessInfo.processInfo.environment["MILLRACE_ISA"].map { " (MILLRACE_ISA is \($0))" } ?? ""
        return Finding(name: "instruction set", isGood: true, text: String(cString: mk_isa_name()) + wish)
    }

    private var oneDNN: Finding {
        let kernels = Program.Options.Kernels.preferred
        if kernels == .native, let version = Versions.oneDNN {
            return Finding(name: "oneDNN", isGood: true, text: "\(version) at \(String(cString: mk_dnn_reason()))")
        }
        if ProcessInfo.processInfo.environment["MILLRACE_KERNELS"] == "portable" {
            return Finding(name: "oneDNN", isGood: true, text: "not used: MILLRACE_KERNELS is portable")
        }
        return Finding(
            name: "oneDNN", isGood: false, text: "not used: \(String(cString: mk_dnn_reason())); portable kernels serve",
            advice: "run 'make setup' (x86-64 Linux), or point MILLRACE_ONEDNN at libdnnl.so.3")
    }

    private var threads: Finding {
        let processors = ProcessInfo.processInfo.activeProcessorCount
        let wish = ProcessInfo.processInfo.environment["MILLRACE_THREADS"]
        return Finding(
            name: "threads", isGood: true, text: wish.map { "\($0) (MILLRACE_THREADS) on \(processors) processors" } ?? "\(processors)")
    }

    private var memory: Finding {
        let gib = Double(ProcessInfo.processInfo.physicalMemory) / 1_073_741_824
        return Finding(name: "memory", isGood: true, text: "\((gib * 10).rounded() / 10) GiB")
    }

    /// A product of matrices by the kernels in use and by the portable ones.
    private func arithmetic() throws -> Finding {
        let left = Tensor.input("left", [64, 96]), right = Tensor.input("right", [96, 32])
        let inputs = [
            Tensor((0..<64 * 96).map { Float($0 % 17) * 0.25 - 2 }, [64, 96]),
            Tensor((0..<96 * 32).map { Float($0 % 13) * 0.5 - 3 }, [96, 32]),
        ]
        func product(_ kernels: Program.Options.Kernels) throws -> [Float] {
            let program = try Program(inputs: [left, right], outputs: [matmul(left, right)], options: .init(kernels: kernels))
            return try Session(program).run(inputs)[0].values(Float.self)
        }
        let difference = zip(try product(.preferred), try product(.portable)).map { abs($0 - $1) }.max() ?? .infinity
        return Finding(
            name: "arithmetic", isGood: difference < 1e-3,
            text: "\(Program.Options.Kernels.preferred.rawValue) and portable matrix products differ by at most \(difference)")
    }

    private var tables: Finding {
        if let version = TableSupport.version { return Finding(name: "tables", isGood: true, text: "Arrow \(version)") }
        return Finding(
            name: "tables", isGood: false, text: TableSupport.problem ?? "Arrow's shim is missing",
            advice: "Parquet, CSV and JSON lines cannot be read until then; everything else works")
    }

    private var data: Finding {
        let path = DataFolder.path
        guard Files.isFolder(path) else {
            return Finding(
                name: "data", isGood: false, text: "the folder '\(path)' does not exist",
                advice: "set MILLRACE_DATA or --data for recipes that name ${data}")
        }
        let count = (try? Files.list(path))?.filter { Files.isFolder(Files.join(path, $0)) }.count ?? 0
        return Finding(name: "data", isGood: true, text: "\(count) data sets in \(path)")
    }
}
