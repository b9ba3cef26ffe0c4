import Engine
import Learning
import TestKit
import Testing

@Suite struct OptimizerContractTests {
    @Test func `the contract has its checks`() {
        #expect(OptimizerContract.checks == ["slots", "types", "rest", "pause", "repetition", "in place", "descent", "names"])
    }

    @Test(arguments: OptimizerNames.all) func `every optimizer keeps to the contract`(name: String) throws {
        let settings: [String: Double] = try OptimizerNames.defaults(of: name)["decay"] == 0 ? [:] : ["decay": 0]
        let rate = ["adagrad": 0.3, "sgd": 0.2][name] ?? 0.02
        #expect(OptimizerContract.violations(try OptimizerNames.make(name, rate: rate, settings: settings)) == [])
    }

    /// Goes uphill, forgets its slot's shape, moves without being asked to.
    private struct Wrong: Optimizer {
        let name = "wrong"
        let rate = 0.1
        let settings: [String: Double] = [:]
        let slots = ["a", "a"]
        func update(_ parameter: Tensor, gradient: Tensor, slots: [Tensor], rate: Tensor, step: Tensor) -> (
            parameter: Tensor, slots: [Tensor]
        ) { (parameter + gradient * rate + 0.01, [slots[0].sum(), slots[1]]) }
    }

    @Test func `a wrong optimizer is found out`() {
        let found = OptimizerContract.violations(Wrong()).map { String($0.prefix { $0 != ":" }) }
        #expect(Set(found).isSuperset(of: ["slots", "types", "rest", "pause", "descent", "names"]))
    }

    @Test func `unknown names and settings are refused in words`() {
        func text(_ body: () throws -> any Optimizer) -> String {
            do { return "\(try body())" } catch { return "\(error)" }
        }
        #expect(
            text { try OptimizerNames.make("adan") }
                == "optimizer 'adan': is not known, only sgd, momentum, nesterov, rmsprop, adagrad, adam, adamw, nadam, lamb, lion")
        #expect(
            text { try OptimizerNames.make("adam", settings: ["beta": 1]) }
                == "optimizer 'adam': has no setting 'beta', only beta1, beta2, decay, epsilon")
        #expect(
            text { try OptimizerNames.make("adam", settings: ["beta1": 1]) }
                == "optimizer 'adam': beta1 must be at least 0 and less than 1, got 1.0")
        #expect(
            text { try OptimizerNames.make("lion", rate: -.infinity) }
                == "optimizer 'lion': the rate must be finite and not negative, got -inf")
        #expect(
            text { try OptimizerNames.make("nesterov", settings: ["momentum": 0]) }
                == "optimizer 'nesterov': Nesterov's rule needs a momentum and no dampening")
    }
}
