using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Sessions;

/// <summary>What may be subscribed to, by whoever may read it: the shape of a request, and how much one session may have.</summary>
internal static class SubscribeRules
{
    private const int MaxIdLength = 64;

    /// <summary>The channels that are asked for, each once, or what is wrong with the request.</summary>
    public static Result<ChannelRequest[]> Read(SubscribeRequest request, SessionLimits limits)
    {
        // A channel that is named twice counts once, by the entry that says more.
        ChannelRequest[] asked =
        [
            .. request.Channels
                .GroupBy(channel => channel.Channel, StringComparer.Ordinal)
                .Select(same => same.FirstOrDefault(channel => channel.Since is not null) ?? same.First()),
        ];
        if (asked.Length == 0)
        {
            return new Error(ErrorCodes.InvalidRequest, "Subscribe needs one channel or more.");
        }

        if (request.Id is { } chosen && (!Printable.IsWord(chosen, MaxIdLength) || chosen[0] == '$'))
        {
            return new Error(
                ErrorCodes.InvalidRequest,
                $"A subscription's id is 1 to {MaxIdLength} printable ASCII characters without spaces, and does not begin with '$'.");
        }

        return asked.Length > limits.Channels ? TooManyChannels(limits) : asked;
    }

    /// <summary>Why a subscription would be too much; null when it is not.</summary>
    /// <param name="wanted">The subscription.</param>
    /// <param name="standing">Those that the client has; one with the same id is replaced.</param>
    /// <param name="channels">The channels of the node.</param>
    /// <param name="limits">The bounds.</param>
    public static Error? Check(Subscription wanted, IEnumerable<Subscription> standing, ChannelRegistry channels, SessionLimits limits)
    {
        var others = standing.Where(subscription => subscription.Id != wanted.Id).ToArray();
        if (others.Length + 1 > limits.Subscriptions)
        {
            return new Error(ErrorCodes.LimitExceeded, $"A session has {limits.Subscriptions} subscriptions at most; end one first.");
        }

        if (others.Append(wanted).SelectMany(subscription => subscription.Channels).Distinct(StringComparer.Ordinal).Count() > limits.Channels)
        {
            return TooManyChannels(limits);
        }

        return channels.CountWith(wanted.Channels) > limits.NodeChannels
            ? new Error(ErrorCodes.LimitExceeded, $"This gateway has its {limits.NodeChannels} channels; subscribe to one that is in use, or later.")
            : null;
    }

    private static Error TooManyChannels(SessionLimits limits) =>
        new(ErrorCodes.LimitExceeded, $"A session is subscribed to {limits.Channels} channels at most; leave one first.");
}
