using System.IO.Pipelines;

namespace RealtimeGateway.Primitives;

/// <summary>Decides what of the bytes that a <see cref="FilteredReader"/> has may be read on.</summary>
internal interface IReadFilter
{
    /// <summary>Looks at what the reader has.</summary>
    /// <param name="read">What it has.</param>
    /// <param name="passed">What may be read of it.</param>
    /// <returns>False where that is nothing yet; the filter has advanced the reader then.</returns>
    bool TryPass(ReadResult read, out ReadResult passed);
}
