import Datasets
import Engine
import Formats
import Learning

/// Pictures with one class each.
struct PictureCorpora: CorpusMaker {
    private let recipe: Recipe
    private let training: Samples
    private let validation: Samples?
    private let test: Samples

    init(_ recipe: Recipe) throws {
        self.recipe = recipe
        let path = try DataFolder.resolve(recipe.data.path, for: recipe)
        let data = recipe.data
        switch data.kind {
        case .mnist:
            let all = try MNIST(at: path)
            (training, validation, test) = Self.divided(all.train, data.validation, all.test)
        case .cifar:
            func part(_ name: String?, _ role: String) throws -> Samples {
                guard let name else { throw RecipeError("data", "\(role): is missing", at: recipe.name) }
                return try CIFAR.samples([Files.join(path, name)], classes: Self.cifarClasses)
            }
            (training, validation, test) = Self.divided(try part(data.train, "train"), data.validation, try part(data.test, "test"))
        case .medmnist:
            let all = try MedMNIST(path)
            (training, validation, test) = (all.train, all.validation, all.test)
        case .digits:
            let all = Samples(
                [
                    "images": try IDXFile.array(Files.join(path, "digits-images.idx3-ubyte")).withChannel,
                    "labels": try IDXFile.array(Files.join(path, "digits-labels.idx1-ubyte")).asLabels,
                ], classes: (0..<10).map(String.init))
            let (rest, part) = all.split(data.testing ?? 0.2, seed: 1)
            (training, validation, test) = Self.divided(rest, data.validation, part)
        default:
            let side = data.size ?? 32
            let all = try ImageFolder(at: path).samples(height: side, width: side)
            let (rest, part) = all.split(data.testing ?? 0.2, seed: 1)
            (training, validation, test) = Self.divided(rest, data.validation, part)
        }
    }

    private static let cifarClasses = ["airplane", "automobile", "bird", "cat", "deer", "dog", "frog", "horse", "ship", "truck"]

    private static func divided(_ training: Samples, _ share: Double?, _ test: Samples) -> (Samples, Samples?, Samples) {
        guard let share, share > 0 else { return (training, nil, test) }
        let (rest, part) = training.split(share, seed: 17)
        return (rest, part, test)
    }

    func corpus(run: Int) throws -> Corpus {
        let normalisation = try Normalisation(of: training["images"])
        let augmentation = recipe.train.augment.map { $0.pictures(fill: normalisation.mean.reduce(0, +) / Float(normalisation.mean.count)) }
        let repeats = recipe.train.repeats ?? 1
        let samples = training
        @Sendable func plain(_ samples: Samples) -> any HostSource {
            samples.inOrder(batch: BundleSession.batch).normalised("images", by: normalisation).named()
        }
        // A data set without names has the numbers of its labels.
        let highest = (training["labels"].values(Int32.self) + test["labels"].values(Int32.self)).max() ?? 0
        let classes = test.classes.isEmpty ? (0...max(0, Int(highest))).map(String.init) : test.classes
        var corpus = Corpus(
            goal: .classes(classes), input: TensorType(Shape([1] + test["images"].sampleShape.extents), .f32),
            training: { batch, seed in
                let shuffled = samples.shuffled(batch: batch, seed: seed, dropLast: true).repeated(repeats)
                guard let augmentation else { return shuffled.normalised("images", by: normalisation).named() }
                return shuffled.augmented(seed: seed, by: [augmentation]).normalised("images", by: normalisation).named()
            }, validation: validation.map(plain), test: plain(test))
        if test.count * test["images"].sampleShape.count < 20_000_000 { corpus.flat = (Self.flat(training), Self.flat(test)) }
        corpus.preparation = try JSON(encoding: PicturePreparation(test["images"].sampleShape, normalisation))
        corpus.facts = [
            ("training pictures", "\(training.count)"), ("validation pictures", "\(validation?.count ?? 0)"),
            ("test pictures", "\(test.count)"),
            ("size", "\(test["images"].sampleShape)"),
        ]
        return corpus
    }

    /// Pixels from 0 to 1, of at most 10,000 pictures: what a shallow model can be asked to learn in a minute.
    private static func flat(_ samples: Samples) -> Corpus.Flat {
        let part = samples.count > 10_000 ? samples.selecting(Array(0..<10_000)) : samples
        let pixels = part["images"].values(UInt8.self).map { Float($0) / 255 }
        return Corpus.Flat(
            rows: pixels, columns: part["images"].sampleShape.count, targets: part["labels"].values(Int32.self).map(Float.init))
    }
}

extension AugmentSettings {
    func pictures(fill: Float) -> ImageAugmentation {
        var steps: [ImageStep] = []
        if let shift { steps.append(.shift(shift)) }
        if let rotate { steps.append(.rotate(Float(rotate))) }
        if let scale { steps.append(.scale(Float(1 - scale), Float(1 + scale))) }
        if flip == true { steps.append(.flip(0.5)) }
        if let brightness { steps.append(.colour(brightness: Float(brightness), contrast: Float(brightness), saturation: 0, hue: 0)) }
        if let cutout { steps.append(.cutout(cutout, probability: 1)) }
        if let noise { steps.append(.noise(Float(noise))) }
        return ImageAugmentation(steps, fill: fill)
    }
}

extension HostSource {
    /// `images` and `labels` become `inputs` and `targets`.
    func named(_ inputs: String = "images", _ targets: String = "labels") -> AugmentedSource<Self> {
        mapped { batch in
            batch["inputs"] = batch[inputs]
            batch["targets"] = batch[targets]
            batch.remove(inputs)
            batch.remove(targets)
        }
    }
}

extension HostArray {
    /// [count, height, width] as [count, height, width, 1].
    var withChannel: HostArray { shape.rank == 3 ? reshaped(Shape(shape.extents + [1])) : self }
    /// Bytes as numbers of classes.
    var asLabels: HostArray { HostArray(values(UInt8.self).map(Int32.init), [count]) }
}
