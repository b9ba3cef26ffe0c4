@testable import Demo
import Features
import Foundation
import Learning
import Streams
import Testing

@Suite struct DemoModelTests {
    @Test func `the forecast beats ridge regression where it was trained, and learns another climate without forgetting`() throws {
        let folder = try DemoFolder(), trained = try StationForecast(training: Station.greensboro.year(in: folder))
        #expect(trained.shipsNet)
        #expect(zip(trained.net, trained.persistence).allSatisfy { $0 < 0.6 * $1 }, "\(trained.net) \(trained.persistence)")

        let year = try trained.fitted.transform(Station.sandPoint.year(in: folder)), first = 40 * 24
        let early = try StationForecast.samples(year, Array(0..<first)), late = try StationForecast.samples(year, Array(first..<year.count))
        func error(_ bundle: ModelBundle, _ samples: SampleSet) throws -> Double {
            try trained.errors(bundle.answers(to: samples), samples.targets)[0]
        }
        let before = try error(trained.bundle, late)
        let net = try OnlineNet(trained.bundle, StationForecast.learning)
        try net.anchor(on: trained.known)
        for place in 0..<early.count { net.learn(early.input(place), target: early.target(place)) }
        let learned = try net.bundle(training: TrainingRecord())
        let now = try trained.persistence(of: year, Array(first..<year.count))
        #expect(try error(learned, late) < 0.9 * now[0] && before > now[0])
        #expect(try error(learned, trained.unseen) < 1.05 * trained.net[0])
    }

    @Test func `a camera that was turned reads again after ten labels a digit, and still reads upright digits`() throws {
        let camera = try Camera(in: DemoFolder()), trained = try Camera.classifier(camera)
        let upright = try Classifier.samples(trained.fitted, camera.table(camera.unseen))
        let turned = try Classifier.samples(trained.fitted, camera.table(camera.unseen, isTurned: true))
        #expect(try trained.bundle.accuracy(on: upright) > 0.97 && trained.bundle.accuracy(on: turned) < 0.2)
        let labelled = try Classifier.samples(trained.fitted, camera.table(camera.labelled(10), isTurned: true))
        let net = try OnlineNet(trained.bundle, Camera.learning)
        try net.anchor(on: trained.known)
        for place in 0..<labelled.count {
            for row in [Array(labelled.input(place))] + Camera.shifted(Array(labelled.input(place))) {
                net.learn(row, target: labelled.target(place))
            }
        }
        net.rehearse(steps: 300)
        let learned = try net.bundle(training: TrainingRecord())
        #expect(try learned.accuracy(on: turned) >= 0.88)
        #expect(try learned.accuracy(on: upright) >= 0.97)
    }

    @Test(arguments: [1, 6, 13]) func `a wrist device that is worn turned reads again after one labelled recording a class`(turn: Int)
        throws
    {
        let wrist = try Wrist(in: DemoFolder()), trained = try wrist.classifier()
        #expect(try trained.bundle.accuracy(on: Classifier.samples(trained.fitted, wrist.unseen)) >= 0.99)
        let worn = try Wrist.turned(wrist.unseen, by: Mounting.rotations[turn])
        let chosen = Wrist.firstOfEachActivity(worn)
        let shown = try Classifier.samples(trained.fitted, worn.rows { chosen.contains(worn[$0, "recording"].number!) })
        let rest = try Classifier.samples(trained.fitted, worn.rows { !chosen.contains(worn[$0, "recording"].number!) })
        #expect(try trained.bundle.accuracy(on: rest) < 0.66)
        let (learned, _, surprise) = try Mounting.fitted(trained.bundle, weight: "mounting", to: shown, training: TrainingRecord())
        #expect(surprise.count == 24 && Set(Mounting.rotations).count == 24)
        #expect(try learned.accuracy(on: rest) >= 0.99)
    }
}
