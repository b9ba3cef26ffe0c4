import Datasets
import Engine
import Foundation
import Learning

// How much of the bare compiled step's speed is left when a Trainer leads the run: pictures in bytes are taken from a data set in another
// order every epoch, shifted and mirrored at random and normalised, logs and events are written, and a checkpoint after every epoch.
// The work is A of the comparison: the CNN for CIFAR-10 pictures in batches of 32. An epoch has as many as that data set.
//
//     training [prefetched] [epochs]
//
// Slices of the led run and of the bare step take turns, about 0.2 s each, so that both see the same neighbours; pairs during which
// other processes took more than 10 % of the processors do not count, unless fewer than five are left.

struct Net: Module {
    let conv1 = Conv2D(3, 32, kernel: 3), conv2 = Conv2D(32, 64, kernel: 3), conv3 = Conv2D(64, 64, kernel: 3)
    let hidden = Linear(1024, 64), dropout = Dropout(0.5), output = Linear(64, 10)

    /// images [batch, 32, 32, 3] to logits [batch, 10]
    func callAsFunction(_ images: Tensor, _ pass: inout Pass) -> Tensor {
        var x = conv1(images).relu().maxPool(2)  // [batch, 15, 15, 32]
        x = conv2(x).relu().maxPool(2)  // [batch, 6, 6, 64]
        x = conv3(x).relu().flattened()  // [batch, 1024]
        return output(dropout(hidden(x).relu(), &pass))
    }
}

func trainStep() throws -> TrainStep<Net> {
    try TrainStep(Net().initialized(seed: 1), Adam(rate: 1e-3)) { model, batch, pass in
        softmaxCrossEntropy(model(batch.images, &pass), batch.labels).mean()
    }
}

func seconds(since start: ContinuousClock.Instant) -> Double {
    let time = ContinuousClock.now - start
    return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
}

let batchSize = 32, count = 50_000, slice = 128
let words = CommandLine.arguments.dropFirst()
let epochs = words.compactMap { Int($0) }.first ?? 4

/// Processor seconds since the start of the machine that went to anybody, and those of this process.
func processorSeconds() -> (all: Double, own: Double) {
    var time = timespec()
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
    let own = Double(time.tv_sec) + Double(time.tv_nsec) / 1e9
    // user, nice, system, idle, waiting for the disk, interrupts …
    let line = (try? String(contentsOfFile: "/proc/stat", encoding: .utf8))?.split(separator: "\n").first ?? ""
    let ticks = line.split(separator: " ").dropFirst().prefix(8).compactMap { Double($0) }
    guard ticks.count == 8 else { return (own, own) }
    return ((ticks.reduce(0, +) - ticks[3] - ticks[4]) / Double(sysconf(Int32(_SC_CLK_TCK))), own)
}

/// The compiled step alone: its inputs are copied into the session's memory, as the engine's benchmark does. A call is one slice and
/// returns the seconds of a step.
func bare() throws -> () -> Double {
    let own = 8192
    let pictures = Tensor.uniform([own, 32, 32, 3], key: RandomKey(seed: 1)).values(Float.self)
    let classes = (0..<own).map { Int32($0 * 7 % 10) }
    let first = Batch(["images": .zeros([batchSize, 32, 32, 3]), "labels": Tensor([Int32](repeating: 0, count: batchSize))])
    let session = try Session(trainStep().program(for: first))
    session.withInput(2) { $0.storeBytes(of: 1e-3, as: Float.self) }
    func fill<Value>(_ input: Int, _ values: [Value], _ batch: Int, each: Int) {
        values.withUnsafeBytes { all in
            let part = UnsafeRawBufferPointer(rebasing: all[batch * each..<(batch + 1) * each])
            session.withInput(input) { $0.copyMemory(from: part) }
        }
    }
    var next = 0
    return {
        let start = ContinuousClock.now
        for _ in 0..<slice {
            fill(0, pictures, next, each: batchSize * 32 * 32 * 3 * 4)
            fill(1, classes, next, each: batchSize * 4)
            session.run()
            next = (next + 1) % (own / batchSize)
        }
        return seconds(since: start) / Double(slice)
    }
}

let folder = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-training-\(getpid())").path
defer { try? FileManager.default.removeItem(atPath: folder) }
let runBare = try bare()
_ = runBare()

let bytes = Tensor.uniform([count, 32, 32, 3], key: RandomKey(seed: 2)).values(Float.self).map { UInt8($0 * 255) }
let samples = Samples([
    "images": HostArray(bytes, [count, 32, 32, 3]), "labels": HostArray((0..<count).map { Int32($0 * 7 % 10) }, [count]),
])
let source = samples.shuffled(batch: batchSize, seed: 3).augmented(seed: 4, by: [ImageAugmentation([.shift(4), .flip(0.5)])])
    .normalised(by: Normalisation(mean: [0.5, 0.5, 0.5], deviation: [0.25, 0.25, 0.25]))

struct Pair {
    let led: Double, alone: Double
    let foreign: Double
}
var pairs: [Pair] = [], ends: [Double] = []
var begun = ContinuousClock.now, ended = begun
var used = processorSeconds()
var options = TrainerOptions(epochs: epochs)
options.folder = folder
options.display = .silent
options.schedule = .cosine
options.observers = [
    { event in
        guard case .batch(let epoch, let batch, _, _, _) = event else { return }
        // The first epoch compiles.
        if batch == 1, epoch > 1 { ends.append(seconds(since: ended)) }
        if batch == count / batchSize { ended = .now }
        guard epoch > 1, batch % slice == 0 || batch == 1 else { return }
        if batch > 1 {
            let led = seconds(since: begun) / Double(slice - (batch == slice ? 1 : 0)), alone = runBare()
            let now = processorSeconds()
            let wall = (led + alone) * Double(slice) * Double(sysconf(Int32(_SC_NPROCESSORS_ONLN)))
            pairs.append(Pair(led: led, alone: alone, foreign: ((now.all - used.all) - (now.own - used.own)) / wall))
        }
        used = processorSeconds()
        begun = .now
    }
]
let trainer = try Trainer(trainStep(), options)
_ = try words.contains("prefetched") ? trainer.fit(source.prefetched()) : trainer.fit(source)

let clean = pairs.filter { $0.foreign < 0.1 }, counted = clean.count < 5 ? pairs : clean
func quantile(_ share: Double, _ values: [Double]) -> Double { values.sorted()[Int(share * Double(values.count - 1))] }
func text(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
let led = quantile(0.5, counted.map(\.led)), alone = quantile(0.5, counted.map(\.alone))
let shares = counted.map { $0.alone / $0.led }, share = quantile(0.5, shares)
// What comes between the last batch of an epoch and the first of the next, with its batch and checkpoint, over all batches.
let between = (quantile(0.5, ends) - led) / Double(count / batchSize)
print(
    """
    {"bare_us": \(text(alone * 1e6, 0)), "led_us": \(text(led * 1e6, 0)), "between_epochs_us": \(text(between * 1e6, 1)), \
    "share": \(text(share, 3)), "quartiles": [\(text(quantile(0.25, shares), 3)), \(text(quantile(0.75, shares), 3))], \
    "share_with_epoch_ends": \(text(share / (1 + between / led), 3)), "images_per_second": \(text(Double(batchSize) / (led + between), 0)), \
    "pairs": \(counted.count), "clean": \(clean.count)}
    """)
