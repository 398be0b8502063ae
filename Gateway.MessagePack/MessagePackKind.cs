namespace RealtimeGateway.MessagePack;

/// <summary>What a MessagePack value is, as its first byte says.</summary>
internal enum MessagePackKind
{
    /// <summary>The one byte (<c>c1</c>) that no value begins with.</summary>
    None,
    Nil,
    Boolean,

    /// <summary>An integer in a format without a sign: 0 to 2^64 - 1.</summary>
    Unsigned,

    /// <summary>An integer in a format with a sign: -2^63 to 2^63 - 1.</summary>
    Signed,
    Float32,
    Float64,
    String,
    Binary,
    Array,
    Map,

    /// <summary>An application's own type, or the timestamp.</summary>
    Extension,
}
