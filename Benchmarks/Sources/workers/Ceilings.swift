import Engine
import Foundation

/// Prints how fast this machine multiplies matrices, and how long the works would take if they were nothing but the products of
/// their definition at that speed.
func ceilings() throws {
    let threads = ProcessInfo.processInfo.activeProcessorCount
    func rate(_ precision: Program.Options.Precision, _ threads: Int) throws -> Double {
        let size = 1024, parameters = Parameters()
        // Rows enough for every thread to have a block of its own.
        let x = Tensor.input("x", [size * threads, size])
        let y = matmul(x, parameters("w", [size, size], fan: size))
        let session = try Session(
            Program(inputs: [x], outputs: [y], options: .init(precision: precision, isFrozen: true)), threads: threads)
        _ = session.run([parameters.random([size * threads, size])])
        var best = Double.infinity
        for _ in 0..<30 {
            let start = ContinuousClock.now
            session.run()
            best = min(best, (ContinuousClock.now - start) / .seconds(1))
        }
        return 2 * Double(size * size * size * threads) / best
    }
    func number(_ value: Double, _ digits: Int = 1) -> String { String(format: "%.\(digits)f", value) }
    var rates: [String: Double] = [:]
    for (name, precision) in [("f32", Program.Options.Precision.f32), ("bf16", .bf16)] {
        let one = try rate(precision, 1), all = try rate(precision, threads)
        rates[name] = all
        print("\(name): \(number(one / 1e9, 0)) GFLOP/s on one thread, \(number(all / 1e9, 0)) on \(threads)")
    }

    // The update of the encoder's parameters reads and writes 28 bytes for each of them, far more than caches hold.
    let embedded = (8192 + 128) * 256, blocks = 4 * (12 * 256 * 256 + 13 * 256)
    let update = try adamSeconds(parameters: embedded + blocks, threads: threads)
    print("Adam over the \(embedded + blocks) parameters of D: \(number(update * 1e3, 2)) ms on \(threads) threads")

    // Multiplications of the layers of one picture or batch; a training step takes three times as many, but nothing flows back
    // to the pictures.
    func convolution(_ side: Int, _ source: Int, _ result: Int, _ window: Int) -> Int { side * side * source * result * window * window }
    let first = convolution(30, 3, 32, 3)
    let small = first + convolution(13, 32, 64, 3) + convolution(4, 64, 64, 3) + 1024 * 64 + 64 * 10
    let tokens = 8 * 128, width = 256
    let encoder = tokens * 4 * (12 * width * width + 2 * 128 * width)
    let stem = convolution(112, 3, 64, 7)
    var resnet = stem + 512 * 1000
    for (stage, width) in [64, 128, 256, 512].enumerated() {
        let side = 56 >> stage, before = stage == 0 ? 64 : width / 2
        resnet += convolution(side, before, width, 3) + 3 * convolution(side, width, width, 3)
        if stage > 0 { resnet += convolution(side, before, width, 1) }
    }
    let works: [(name: String, dtype: String, products: Int)] = [
        ("A.f32.b32", "f32", 32 * (3 * small - first)), ("A.f32.b128", "f32", 128 * (3 * small - first)),
        ("A.bf16.b32", "bf16", 32 * (3 * small - first)), ("B1.f32", "f32", small), ("B1.bf16", "bf16", small),
        ("D.bf16.infer", "bf16", encoder), ("D.bf16.train", "bf16", 3 * encoder), ("E.infer.b1", "f32", resnet),
        ("E.bf16.infer.b1", "bf16", resnet), ("E.train", "f32", 16 * (3 * resnet - stem)),
    ]
    for work in works {
        let operations = 2 * Double(work.products), seconds = operations / rates[work.dtype]!
        let more = work.name == "D.bf16.train" ? ", \(number((seconds + update) * 1e3, 1)) ms with the update" : ""
        print("\(work.name): \(number(operations / 1e6)) MFLOP, \(number(seconds * 1e3, 4)) ms at that speed\(more)")
    }
}

/// The best time of a step of Adam over one long vector.
private func adamSeconds(parameters count: Int, threads: Int) throws -> Double {
    let gradient = Tensor.input("gradient", [count])
    let variables = ["w", "m", "v"].map { Variable($0, [count]) }
    let (w, m, v) = (variables[0], variables[1], variables[2])
    let new = adam(w.value, gradient: gradient, m: m.value, v: v.value, rate: .fill(1e-4, []), step: .fill(1, []))
    let session = try Session(
        Program(inputs: [gradient], outputs: [], updates: [(w, new.w), (m, new.m), (v, new.v)]), threads: threads)
    var best = Double.infinity
    for _ in 0..<20 {
        let start = ContinuousClock.now
        session.run()
        best = min(best, (ContinuousClock.now - start) / .seconds(1))
    }
    return best
}
