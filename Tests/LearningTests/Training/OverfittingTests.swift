import Testing

@testable import Learning

@Suite struct OverfittingTests {
    private func history(_ training: [Double], _ validation: [Double], _ name: String = "loss") -> [EpochRecord] {
        zip(training, validation).enumerated().map { place, values in
            EpochRecord(
                epoch: place + 1, step: place, loss: values.0, rate: 1, scores: [Score(name, values.1)], seconds: 1, cpuSeconds: 1,
                samples: 1)
        }
    }

    @Test func `it is found where validation gets worse while training goes on`() {
        #expect(
            Overfitting.warning(history([1, 0.8, 0.6, 0.4, 0.2], [1, 0.9, 1.1, 1.2, 1.3]), monitor: .init())
                == "overfitting: since epoch 2 the training loss fell from 0.8000 to 0.2000, but the validation loss went from 0.9000 to 1.3000; more data, augmentation, dropout, weight decay or an earlier end help"
        )
        #expect(
            Overfitting.warning(
                history([1, 0.8, 0.6, 0.4, 0.2], [0.5, 0.8, 0.7, 0.7, 0.6], "accuracy"), monitor: .init("accuracy", largerIsBetter: true))
                != nil)
    }

    @Test func `it is not found in noise, in success or where training fails as well`() {
        #expect(Overfitting.warning(history([1, 0.8, 0.6, 0.4, 0.2], [1, 0.9, 0.901, 0.902, 0.903]), monitor: .init()) == nil)
        #expect(Overfitting.warning(history([1, 0.8, 0.6, 0.4, 0.2], [1, 0.9, 1.2, 0.8, 0.7]), monitor: .init()) == nil)
        #expect(Overfitting.warning(history([1, 0.8, 0.9, 1.0, 1.1], [1, 0.9, 1.1, 1.2, 1.3]), monitor: .init()) == nil)
        #expect(Overfitting.warning(history([1, 0.8], [1, 2]), monitor: .init()) == nil)
        #expect(Overfitting.warning([], monitor: .init()) == nil)
    }
}
