/// All operations of the engine, one or more examples of each, joined from the lists that end the rooms.
public enum Catalog {
    /// One of each, with any attributes.
    public static let operations: [any Op] = [
        unaryCatalog, binaryCatalog, fillCatalog, comparisonCatalog, reductionCatalog, matMulCatalog, layoutCatalog, scanCatalog,
        iotaCatalog,
        softmaxCatalog, normalizationCatalog, attentionCatalog,
        updateCatalog,
        convolutionCatalog, poolingCatalog, resizeCatalog,
        slicingCatalog, joiningCatalog, dynamicCatalog, gatherCatalog, recurrentCatalog, sortingCatalog,
        randomCatalog, loopCatalog, bitwiseCatalog, fourierCatalog, quantizationCatalog,
    ].flatMap { $0 }
}
