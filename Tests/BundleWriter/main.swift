// Writes two bundles over a third one in turn until it is killed: `BundleWriter FIRST SECOND TARGET`. A line says that it begins.
import Foundation
import Learning

let arguments = CommandLine.arguments
let bundles = try [ModelBundle(reading: arguments[1]), ModelBundle(reading: arguments[2])]
FileHandle.standardOutput.write(Data("\n".utf8))
while true {
    for bundle in bundles { try bundle.write(to: arguments[3]) }
}
