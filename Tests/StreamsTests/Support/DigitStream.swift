import Engine
import Formats
import Foundation
import Learning
import Streams

/// The handwritten digits that lie in the package, as samples: upright, or as a camera sees them that hangs turned by a right angle.
enum DigitStream {
    private static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Examples/Digits/data").path

    /// Pictures and what they show, in an order that mixes the writers.
    private static let digits: [(pixels: [Float], label: Float)] = {
        guard let images = try? Files.read(Files.join(folder, "digits-images.idx3-ubyte")),
            let labels = try? Files.read(Files.join(folder, "digits-labels.idx1-ubyte"))
        else { fatalError("the digits are not in \(folder)") }
        var random = SplitMix(seed: 1)
        return random.permutation(labels.count - 8).map { place in
            (images[16 + 64 * place..<80 + 64 * place].map { Float($0) / 16 }, Float(labels[8 + place]))
        }
    }()

    /// These digits of the mixed order.
    ///
    /// - Parameter isTurned: by a right angle.
    static func samples(_ range: Range<Int>, isTurned: Bool = false) -> SampleSet {
        var set = SampleSet(inputWidth: 64, targetWidth: 1)
        for (pixels, label) in digits[range] {
            let seen = isTurned ? (0..<64).map { pixels[$0 % 8 * 8 + 7 - $0 / 8] } : pixels
            set.append(seen, target: [label])
        }
        return set
    }

    static let training = samples(0..<1200)
    static let held = samples(1200..<1797)
    static let turnedHeld = samples(1200..<1797, isTurned: true)

    /// A net that has learned the upright digits, made once.
    static let bundle: ModelBundle = {
        do {
            let net = DigitNet().initialized(seed: 3)
            let step = try TrainStep(net, Adam(rate: 3e-3), options: TrainOptions(threads: 1)) { net, batch, _ in
                crossEntropy(net(batch.images), batch.labels)
            }
            var random = SplitMix(seed: 5)
            for _ in 0..<15 {
                let order = random.permutation(training.count)
                for start in stride(from: 0, through: training.count - 40, by: 40) {
                    let batch = training.selecting(order[start..<start + 40])
                    try step(
                        Batch(["images": Tensor(batch.inputs, [40, 64]), "labels": Tensor(batch.targets.map { Int32($0) }, [40])]))
                }
            }
            return try ModelBundle(
                "digits", net, inputs: [Port("pixels", ["batch", 64])],
                outputs: [Port("probabilities", labels: (0..<10).map(String.init))], loss: Named("cross-entropy"),
                optimizer: Adam(rate: 1e-3)
            ) { net, batch, _ in [net(batch.pixels).softmax()] }
        } catch {
            fatalError("\(error)")
        }
    }()
}

/// Two layers over the pixels of a digit.
struct DigitNet: Module {
    let hidden = Linear(64, 64), output = Linear(64, 10)

    func callAsFunction(_ pixels: Tensor) -> Tensor { output(hidden(pixels).relu()) }
}

extension OnlineNet {
    /// The share of a set that is answered right.
    func accuracy(_ samples: SampleSet) -> Double {
        1 - errors(on: samples).reduce(0, +) / Double(samples.count)
    }
}
