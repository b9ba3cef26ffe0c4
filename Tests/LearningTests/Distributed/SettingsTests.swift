import Testing

@testable import Learning

@Suite struct SettingsTests {
    private typealias Settings = ProcessGroup.Settings

    private func reason(_ body: () throws -> Void) -> String {
        do { try body() } catch { return "\(error)" }
        return "nothing"
    }

    @Test func `an environment of one process makes no group`() throws {
        #expect(try Settings(environment: [:]) == nil)
        #expect(try Settings(environment: ["RANK": "0", "WORLD_SIZE": "1"]) == nil)
        #expect(try Settings(environment: ["SLURM_JOB_ID": "7", "SLURM_PROCID": "0", "SLURM_NTASKS": "1"]) == nil)
    }

    @Test func `torchrun, mpirun, Slurm and options say who a process is`() throws {
        let torch = try Settings(environment: ["RANK": "1", "WORLD_SIZE": "4", "MASTER_ADDR": "fd00::1", "MASTER_PORT": "29500"])
        #expect(torch == Settings(rank: 1, world: 4, rendezvous: .address(host: "fd00::1", port: 29500)))
        let mpi = try Settings(
            rendezvous: "/shared/meet", environment: ["OMPI_COMM_WORLD_RANK": "2", "OMPI_COMM_WORLD_SIZE": "3", "MILLRACE_TIMEOUT": "9"])
        #expect(mpi == Settings(rank: 2, world: 3, rendezvous: .folder("/shared/meet"), timeout: 9, connectTimeout: 9))
        let slurm = try Settings(environment: [
            "SLURM_PROCID": "0", "SLURM_NTASKS": "2", "SLURM_JOB_ID": "100003", "SLURM_JOB_NODELIST": "node[07-12,20],big1",
        ])
        #expect(slurm == Settings(rank: 0, world: 2, rendezvous: .address(host: "node07", port: 20003)))
        let options = try Settings(
            rank: 1, world: 2, rendezvous: "tcp://head:4000",
            environment: ["RANK": "0", "WORLD_SIZE": "8", "MILLRACE_RENDEZVOUS": "file:/elsewhere", "MILLRACE_INTERFACE": "eth1"])
        #expect(options == Settings(rank: 1, world: 2, rendezvous: .address(host: "head", port: 4000), interface: "eth1"))
    }

    @Test func `what does not fit is refused in words`() {
        #expect(
            reason { _ = try Settings(environment: ["RANK": "x", "WORLD_SIZE": "2"]) } == "process group 'RANK': is no number: 'x'")
        #expect(
            reason { _ = try Settings(rank: 1, environment: [:]) }
                == "process group '--rank and --world': needs both rank and world")
        #expect(
            reason { _ = try Settings(rank: 2, world: 2, rendezvous: "h:1", environment: [:]) }
                == "process group: the ranks of 2 processes are 0 to 1, not 2")
        #expect(
            reason { _ = try Settings(rank: 0, world: 2, environment: [:]) }
                == "process group: nothing says where its 2 processes meet: give --rendezvous host:port (of rank 0) or a folder that all of them see"
        )
        #expect(
            reason { _ = try Settings(rendezvous: "h:1", environment: [:]) }
                == "process group: a meeting place is given, but no rank and world: add --rank and --world")
        #expect(
            reason { _ = try Settings(rank: 0, world: 2, rendezvous: "h:1", environment: ["MILLRACE_TIMEOUT": "-1"]) }
                == "process group: timeouts are more than 0 and at most 86400 seconds")
    }

    @Test func `meeting places are read from text`() throws {
        #expect(try Rendezvous("[::1]:80") == .address(host: "::1", port: 80))
        #expect(try Rendezvous("file:///a/b") == .folder("/a/b"))
        #expect(try Rendezvous("meet") == .folder("meet"))
        #expect(try Rendezvous("a:b/c") == .folder("a:b/c"))
        #expect("\(try Rendezvous("tcp://[::1]:80"))" == "[::1]:80")
        #expect(reason { _ = try Rendezvous("head:70000") } == "rendezvous 'head:70000': the port must be a number from 1 to 65535")
        #expect(reason { _ = try Rendezvous("tcp://head") } == "rendezvous 'tcp://head': needs a port, as in tcp://10.0.0.1:29500")
        #expect(reason { _ = try Rendezvous(":80") } == "rendezvous ':80': names no host")
        #expect(reason { _ = try Rendezvous("") } == "rendezvous: is empty: give host:port or a folder")
        #expect(reason { _ = try Rendezvous("file:") } == "rendezvous 'file:': names no folder")
    }

    @Test func `any text is read as a meeting place or a list of hosts, or refused`() {
        var random = SystemRandomNumberGenerator()
        let seeds = ["tcp://[fd00::1]:29500", "node[07-12,20],big1", "file:///tmp/x", "a-[1,2]b"].map { Array($0.utf8) }
        var refused = 0
        for round in 0..<20_000 {
            var bytes = seeds[round % seeds.count]
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                switch Int.random(in: 0..<3, using: &random) {
                case 0: bytes[place] = UInt8.random(in: 0...255, using: &random)
                case 1: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &random)], at: place)
                default: if bytes.count > 1 { bytes.remove(at: place) }
                }
            }
            let text = String(decoding: bytes, as: UTF8.self)
            if (try? Rendezvous(text)) == nil { refused += 1 }
            #expect(ProcessGroup.Settings.firstHost(text).map { !$0.isEmpty } ?? true)
        }
        #expect(refused > 100)
    }
}
