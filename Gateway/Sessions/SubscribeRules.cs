using RealtimeGateway.Channels;
using RealtimeGateway.Contracts;
using RealtimeGateway.Filters;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Sessions;

/// <summary>What may be subscribed to, by whoever may read it: the shape of a request, and how much one session may have.</summary>
internal static class SubscribeRules
{
    private const int MaxIdLength = 64;

    /// <summary>The subscription that is asked for, or what is wrong with the request.</summary>
    public static Result<SubscriptionOrder> Read(SubscribeRequest request, InterestCatalog interests, SessionLimits limits)
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

        if (asked.Length > limits.Channels)
        {
            return TooManyChannels(limits);
        }

        return interests.Get(request.Events, request.Filter).IsRefused(out var refusal, out var interest)
            ? refusal
            : new SubscriptionOrder(request.Id, asked, new SubscriptionTerms(interest, request.Echo, request.Hidden));
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

        if (channels.CountWith(wanted.Channels) > limits.NodeChannels)
        {
            return new Error(ErrorCodes.LimitExceeded, $"This gateway has its {limits.NodeChannels} channels; subscribe to one that is in use, or later.");
        }

        return wanted.Terms.FirstOrDefault(entry => channels.CountInterestsWith(entry.Key, entry.Value.Interest) > limits.InterestsPerChannel).Key is { } full
            ? new Error(ErrorCodes.LimitExceeded, $"'{full}' has its {limits.InterestsPerChannel} different filters; subscribe with one that is in use, or without.")
            : null;
    }

    private static Error TooManyChannels(SessionLimits limits) =>
        new(ErrorCodes.LimitExceeded, $"A session is subscribed to {limits.Channels} channels at most; leave one first.");
}
