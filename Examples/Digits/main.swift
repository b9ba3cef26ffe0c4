import Engine
import Foundation

// Trains a small convolutional network on 8 × 8 pictures of handwritten digits and tests it on the fifth it has not seen.
let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "data")
func bytes(_ file: String, header: Int) throws -> ArraySlice<UInt8> {
    try [UInt8](Data(contentsOf: folder.appending(path: file))).dropFirst(header)
}
let pixels = try bytes("digits-images.idx3-ubyte", header: 16).map { Float($0) / 16 }
let classes = try bytes("digits-labels.idx1-ubyte", header: 8).map(Int32.init)
let key = RandomKey(seed: 1)
let order = Tensor.permutation(classes.count, key: key).values(Int64.self).map(Int.init)
let (test, training) = (order.prefix(classes.count / 5), Array(order.dropFirst(classes.count / 5)))

/// Pictures [batch, 8, 8, 1] and labels [batch] of these places.
func batch(_ places: some Collection<Int>) -> [Tensor] {
    [Tensor(places.flatMap { pixels[$0 * 64..<$0 * 64 + 64] }, [places.count, 8, 8, 1]), Tensor(places.map { classes[$0] })]
}

/// All training digits in batches of 32, in an order that depends on the epoch alone.
func batches(epoch: Int) -> [[Tensor]] {
    let order = Tensor.permutation(training.count, key: key.folded(in: epoch)).values(Int64.self).map { training[Int($0)] }
    return stride(from: 0, through: order.count - 32, by: 32).map { batch(order[$0..<$0 + 32]) }
}

/// A parameter drawn by He's rule.
func parameter(_ name: String, _ shape: Shape, fan: Int) -> Variable {
    Variable(name, .normal(shape, key: key.folded(in: name), deviation: (2 / Double(fan)).squareRoot()))
}

let parameters = [
    parameter("conv1", [16, 1, 3, 3], fan: 9), parameter("conv2", [32, 16, 3, 3], fan: 144),
    parameter("output", [10, 128], fan: 128), Variable("bias", [10]),
]

func logits(_ images: Tensor, _ w: [Tensor]) -> Tensor {
    var x = images.conv2d(w[0], padding: .same).relu().maxPool(2)  // [batch, 4, 4, 16]
    x = x.conv2d(w[1], padding: .same).relu().maxPool(2)  // [batch, 2, 2, 32]
    return linear(x.flattened(), w[2], w[3])  // [batch, 10]
}

func loss(_ images: Tensor, _ labels: Tensor, _ w: [Tensor]) -> Tensor { softmaxCrossEntropy(logits(images, w), labels).mean() }

// Gradients agree with finite differences in f64: one element of every parameter.
let sample = batch(training.prefix(16))
let points = parameters.map { Tensor($0.value.doubles(), $0.type.shape, as: .f64) }
func loss(_ w: [Tensor]) -> Tensor { loss(sample[0].cast(to: .f64), sample[1], w) }
for (place, gradient) in try gradients(of: loss(points), for: points).enumerated() {
    let ends = [1e-5, -1e-5].map { shift in
        var moved = points
        moved[place] = Tensor([points[place].doubles()[0] + shift] + points[place].doubles().dropFirst(), points[place].shape)
        return loss(moved).scalar
    }
    let slope = gradient.doubles()[0], difference = (ends[0] - ends[1]) / 2e-5
    print("\(parameters[place].name): gradient \(Float(slope)), finite difference \(Float(difference))")
    if abs(slope - difference) > 1e-7 { fatalError("the gradient by \(parameters[place].name) is wrong") }
}

// The training step: loss, gradients and Adam's update as one program.
let images = Tensor.input("images", [32, 8, 8, 1]), labels = Tensor.input("labels", [32], .i32)
let values = parameters.map(\.value), current = loss(images, labels, values)
let count = Variable("count", [])
var updates = [(variable: count, value: count.value + 1)]
for (variable, slope) in zip(parameters, try gradients(of: current, for: values)) {
    let m = Variable(variable.name + ".m", variable.type.shape), v = Variable(variable.name + ".v", variable.type.shape)
    let new = adam(variable.value, gradient: slope, m: m.value, v: v.value, rate: .fill(2e-3, []), step: count.value + 1)
    updates += [(variable, new.w), (m, new.m), (v, new.v)]
}
let step = try Session(Program(inputs: [images, labels], outputs: [current], updates: updates))

var accuracy = 0.0
let held = batch(test)
for epoch in 1...20 {
    let losses = batches(epoch: epoch).map { batch in step.run(batch)[0].scalar }
    accuracy = logits(held[0], parameters.map(\.value)).argmax().isEqual(to: held[1].cast(to: .i64)).cast(to: .f32).mean().scalar * 100
    print("epoch \(epoch): loss \(Float(losses.reduce(0, +)) / Float(losses.count)), held-out digits right: \(Float(accuracy)) %")
}
if accuracy < 98 { fatalError("98 % of the held-out digits should be right") }
