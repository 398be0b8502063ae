using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;
using RealtimeGateway.Security;

namespace RealtimeGateway.Channels;

/// <summary>
/// What may be published. What passes here can be handed to every client as it is: a payload that breaks a recipient is
/// refused to its sender, before anybody else has seen it.
/// </summary>
internal sealed class DraftRules(int maxBytes, int maxChannels, int maxTotalBytes)
{
    private const int MaxEventLength = 255;
    private const int MaxIdLength = 64;
    private const int MaxReaders = 100;

    /// <summary>Bytes of a payload at most.</summary>
    public int MaxBytes => maxBytes;

    /// <summary>The payload as valid JSON in valid UTF-8 on one line, or why it is refused.</summary>
    public Result<ReadOnlyMemory<byte>> Check(Draft draft)
    {
        if (draft.Channels.Count == 0 || draft.Channels.Count > maxChannels)
        {
            var code = draft.Channels.Count == 0 ? ErrorCodes.InvalidRequest : ErrorCodes.LimitExceeded;
            return new Error(code, $"A publish names 1 to {maxChannels} channels.");
        }

        // A client's names are asked about with his permissions.
        if (draft.Sender is null && draft.Channels.Select(TrustedNames.Check).FirstOrDefault(error => error is not null) is { } wrongName)
        {
            return wrongName;
        }

        if (!Printable.IsWord(draft.Event, MaxEventLength) || draft.Event.Contains('*', StringComparison.Ordinal))
        {
            return new Error(ErrorCodes.InvalidRequest, $"An event's name is 1 to {MaxEventLength} printable ASCII characters without spaces and '*'.");
        }

        if (draft.Sender is not null && draft.Event.StartsWith("user:", StringComparison.Ordinal))
        {
            return new Error(ErrorCodes.PermissionDenied, "Events that begin with 'user:' come from servers only.");
        }

        if (draft.Id is not null && !Printable.IsWord(draft.Id, MaxIdLength))
        {
            return new Error(ErrorCodes.InvalidRequest, $"An id is 1 to {MaxIdLength} printable ASCII characters without spaces.");
        }

        if (draft.Readers is { } readers && CheckReaders(readers, draft.Sender) is { } wrong)
        {
            return wrong;
        }

        return JsonPayload.Check("data", draft.Data, maxBytes).IsRefused(out var refusal, out var data) ? refusal
            : CheckTotal(draft, data.Length) is { } tooMuch ? tooMuch
            : data;
    }

    private static Error? CheckReaders(IReadOnlyList<string> readers, Sender? sender) =>
        sender is not null ? new Error(ErrorCodes.InvalidRequest, "Publish does not take readers from a client; leave them out.")
        : readers.Count == 0 ? new Error(ErrorCodes.InvalidRequest, "An empty list of readers is nobody; leave readers out for all who may read the channel.")
        : readers.Count > MaxReaders ? new Error(ErrorCodes.LimitExceeded, $"A publication has {MaxReaders} readers at most.")
        : readers.FirstOrDefault(reader => !Role.TryParse(reader, out _)) is { } none ? new Error(ErrorCodes.InvalidRequest, $"The reader '{none}' is not a role.")
        : null;

    // One reader may be in all of these channels. What a single call puts into his queue must leave him room to keep up, or
    // one publisher could have another client closed as slow.
    private Error? CheckTotal(Draft draft, int dataBytes)
    {
        var copies = draft.Channels.Count;
        var total = copies == 1 ? 0 : (long)copies * (dataBytes + draft.Channels.Sum(channel => channel.Length));
        return total > maxTotalBytes
            ? new Error(ErrorCodes.PayloadTooLarge, $"The copies for {copies} channels have {total} bytes; {maxTotalBytes} are the most. Publish to fewer at once.")
            : null;
    }
}
