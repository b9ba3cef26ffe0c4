import Engine
import Foundation
import Learning

// How much of the bare compiled step's speed is left when a Trainer leads the run: batches made, logs, events and checkpoints written.
// The work is A of the comparison: the CNN for CIFAR-10 pictures in batches of 32.

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

let batchSize = 32, count = 8192, epochCount = 50_000, rounds = 5
let pictures = Tensor.uniform([count, 32, 32, 3], key: RandomKey(seed: 1)).values(Float.self)
let classes = (0..<count).map { Int32($0 * 7 % 10) }

/// An epoch of as many pictures as CIFAR-10 has, in an order of its own; each picture comes several times.
struct Pictures: BatchSource {
    let sampleCount = epochCount, batchSize = 32

    func batches(epoch: Int, from first: Int) throws -> any BatchIterator {
        let order = Tensor.permutation(epochCount, key: RandomKey(seed: 2).folded(in: epoch)).values(Int64.self)
        return Iterator(order: order, number: first)
    }

    struct Iterator: BatchIterator {
        let order: [Int64]
        var number: Int

        mutating func next() throws -> Batch? {
            let places = order.dropFirst(number * 32).prefix(32)
            if places.isEmpty { return nil }
            number += 1
            let images = [Float](unsafeUninitializedCapacity: places.count * 3072) { target, filled in
                pictures.withUnsafeBufferPointer { pictures in
                    for (row, place) in places.enumerated() {
                        (target.baseAddress! + row * 3072).initialize(from: pictures.baseAddress! + Int(place) % count * 3072, count: 3072)
                    }
                }
                filled = places.count * 3072
            }
            return Batch(["images": Tensor(images, [places.count, 32, 32, 3]), "labels": Tensor(places.map { classes[Int($0) % count] })])
        }
    }
}

func loss(_ model: Net, _ batch: Batch, _ pass: inout Pass) -> Tensor {
    softmaxCrossEntropy(model(batch.images, &pass), batch.labels).mean()
}

func seconds(_ body: () throws -> Void) rethrows -> Double {
    let clock = ContinuousClock()
    let time = try clock.measure(body)
    return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
}

/// The compiled step alone: its inputs are copied into the session's memory, as the engine's benchmark does.
func bare() throws -> () -> Double {
    let step = try TrainStep(Net().initialized(seed: 1), Adam(rate: 1e-3), loss: loss)
    let first = Batch(["images": .zeros([batchSize, 32, 32, 3]), "labels": Tensor([Int32](repeating: 0, count: batchSize))])
    let session = try Session(step.program(for: first))
    session.withInput(2) { $0.storeBytes(of: 1e-3, as: Float.self) }
    return {
        seconds {
            for number in 0..<count / batchSize {
                pictures.withUnsafeBytes { all in
                    let part = UnsafeRawBufferPointer(rebasing: all[number * batchSize * 12288..<(number + 1) * batchSize * 12288])
                    session.withInput(0) { $0.copyMemory(from: part) }
                }
                classes.withUnsafeBytes { all in
                    let part = UnsafeRawBufferPointer(rebasing: all[number * batchSize * 4..<(number + 1) * batchSize * 4])
                    session.withInput(1) { $0.copyMemory(from: part) }
                }
                session.run()
            }
        }
    }
}

let folder = FileManager.default.temporaryDirectory.appendingPathComponent("millrace-training-\(getpid())").path
defer { try? FileManager.default.removeItem(atPath: folder) }
let runBare = try bare()
_ = runBare()
var bareTimes: [Double] = [], ledTimes: [Double] = []
var stepTimes: [Double] = []
// A bare pass after every epoch of the trainer, so that both see the same neighbours.
var options = TrainerOptions(epochs: rounds + 1)
options.folder = folder
options.display = .silent
options.schedule = .cosine
let clock = ContinuousClock()
var begun = clock.now, first = clock.now
func since(_ start: ContinuousClock.Instant) -> Double {
    let time = clock.now - start
    return Double(time.components.seconds) + Double(time.components.attoseconds) / 1e18
}
options.observers = [
    { event in
        switch event {
        case .batch(_, 1, _, _, _): first = clock.now
        case .batch(_, epochCount / batchSize, _, _, _): stepTimes.append(since(first))
        case .checkpoint:
            // From one checkpoint to the next: an epoch with its checkpoint.
            ledTimes.append(since(begun))
            bareTimes.append(runBare())
            begun = clock.now
        default: break
        }
    }
]
_ = try Trainer(TrainStep(Net().initialized(seed: 1), Adam(rate: 1e-3), loss: loss), options).fit(Pictures())
// The first interval is the start; the first epoch compiles.
func median(_ times: ArraySlice<Double>) -> Double { times.sorted()[times.count / 2] }
let alone = Double(count) / median(bareTimes.dropFirst(2)), led = Double(epochCount) / median(ledTimes.dropFirst(2))
let steps = Double(epochCount / batchSize * batchSize - batchSize) / median(stepTimes.dropFirst())
func share(_ speed: Double) -> Double { (speed / alone * 1000).rounded() / 1000 }
print(
    "{\"bare\": \(Int(alone)), \"trainer\": \(Int(led)), \"unit\": \"images/s\", \"share\": \(share(led)), \"share_within_epochs\": \(share(steps))}"
)
