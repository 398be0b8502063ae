namespace RealtimeGateway.Configuration;

/// <summary>One of <c>Gateway:Channels</c>. A right that is not named is nobody's.</summary>
public sealed class ChannelPolicyOptions
{
    /// <summary>Which channels: text, <c>{name}</c> captures, and <c>*</c> at the end for the rest.</summary>
    public string Pattern { get; set; } = string.Empty;

    /// <summary>Roles that may subscribe and read history; captures fill them: <c>team:{team}</c>.</summary>
    public IList<string> Read { get; set; } = [];

    /// <summary>Roles that may publish.</summary>
    public IList<string> Write { get; set; } = [];

    /// <summary>Roles that may see who is in the channel.</summary>
    public IList<string> Presence { get; set; } = [];

    /// <summary>Roles that may be in the channel without being seen.</summary>
    public IList<string> Hidden { get; set; } = [];

    /// <summary>What is kept. Default: nothing, and publications have no position.</summary>
    public HistoryOptions? History { get; set; }
}
