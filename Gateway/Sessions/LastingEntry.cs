using System.Text.Json.Serialization;
using RealtimeGateway.Backplane;

namespace RealtimeGateway.Sessions;

/// <summary>An entry that holds for who comes later too, so nodes that start later have to know it.</summary>
/// <param name="At">When it was said; of two under one key the later counts.</param>
internal abstract record LastingEntry(DateTimeOffset At) : ControlEntry
{
    private const int LastYear = 9_000;

    /// <summary>What it is about: another entry under the same key takes its place.</summary>
    [JsonIgnore]
    public abstract string Key { get; }

    // There must be room after it, for what is said next and for how long it is remembered.
    protected override bool IsSound => At.Year < LastYear;

    /// <summary>It as what nodes remember together.</summary>
    /// <param name="memory">How long.</param>
    public SharedRecord ToRecord(TimeSpan memory) => new(Key, At, At + memory, Write());
}
