using RealtimeGateway.Backplane;
using RealtimeGateway.Contracts;
using RealtimeGateway.Filters;
using RealtimeGateway.Primitives;

namespace RealtimeGateway.Channels;

/// <summary>
/// Who hears a channel on this node, in buckets of equal interest, and how far each is. Not safe for use by several threads: the
/// channel's lock guards it.
/// </summary>
internal sealed class Audience
{
    private SmallMap<string, Place> _places;
    private SmallMap<InterestSet, Bucket> _buckets;

    public bool IsEmpty => _places.Count == 0;

    public IEnumerable<ISubscriber> Subscribers => _places.Values.Select(place => place.Subscriber);

    /// <summary>Every interest that is asked about a publication.</summary>
    public IEnumerable<Interest> Interests => _buckets.Keys.SelectMany(set => set.Selective);

    /// <summary>Takes a subscriber in, who has everything up to its cursor.</summary>
    public void Add(ISubscriber subscriber, SubscriberInterests interests, long cursor)
    {
        var place = new Place(subscriber, cursor);
        _places.Add(subscriber.ConnectionId, place);
        Put(place, interests);
    }

    /// <summary>A subscriber wants something else from now on; without effect on one that is not here.</summary>
    public void Change(ISubscriber subscriber, SubscriberInterests interests)
    {
        if (_places.TryGetValue(subscriber.ConnectionId, out var place) && place.Interests != interests)
        {
            Take(place);
            Put(place, interests);
        }
    }

    public void Remove(ISubscriber subscriber)
    {
        if (_places.Remove(subscriber.ConnectionId, out var place))
        {
            Take(place);
        }
    }

    /// <summary>Hands a publication to those who want it and may have it.</summary>
    /// <param name="publication">The publication.</param>
    /// <param name="passedOver">Whether somebody was passed over.</param>
    /// <returns>How many got it.</returns>
    public int HandOut(Publication publication, out bool passedOver)
    {
        using var fanOut = new FanOut(publication, isReplayed: false);
        var offset = publication.Position?.Offset;
        var sender = publication.Sender is { } by ? _places.GetValueOrDefault(by.ConnectionId) : null;
        var handedOut = 0;
        passedOver = false;
        foreach (var (_, bucket) in _buckets)
        {
            if (fanOut.MessageFor(bucket.Interests) is not { } message)
            {
                // All of them at once: who is further already is not told his position, whatever is said here.
                passedOver = true;
                continue;
            }

            foreach (var place in bucket.Places)
            {
                if (place != sender)
                {
                    passedOver |= !place.Offer(message, offset, fanOut, ref handedOut);
                }
            }
        }

        if (sender is not null)
        {
            passedOver |= !sender.Offer(fanOut.MessageForSender(sender.Interests), offset, fanOut, ref handedOut);
        }

        return handedOut;
    }

    /// <summary>Tells those who were passed over how far they are all the same.</summary>
    public void TellPosition(Position top)
    {
        foreach (var (_, place) in _places)
        {
            place.TellPosition(top);
        }
    }

    /// <summary>Tells everybody that something was lost, and goes on from there.</summary>
    public void TellGap(Position top, string reason)
    {
        foreach (var (_, place) in _places)
        {
            place.Cursor = top.Offset;
            place.Subscriber.TellGap(top, reason);
        }
    }

    /// <summary>The channel begins anew: offsets of before say nothing any more.</summary>
    public void ForgetCursors()
    {
        foreach (var (_, place) in _places)
        {
            place.Cursor = 0;
        }
    }

    private void Put(Place place, SubscriberInterests interests)
    {
        if (!_buckets.TryGetValue(interests.All, out var bucket))
        {
            _buckets[interests.All] = bucket = new Bucket(interests.All);
        }

        place.Interests = interests;
        place.Index = bucket.Places.Count;
        bucket.Places.Add(place);
    }

    // The last takes the place of the one that goes.
    private void Take(Place place)
    {
        var bucket = _buckets[place.Interests.All];
        var last = bucket.Places[^1];
        bucket.Places[place.Index] = last;
        last.Index = place.Index;
        bucket.Places.RemoveAt(bucket.Places.Count - 1);
        if (bucket.Places.Count == 0)
        {
            _buckets.Remove(bucket.Interests);
        }
    }

    private sealed record Bucket(InterestSet Interests)
    {
        public List<Place> Places { get; } = new(capacity: 1);
    }

    private sealed class Place(ISubscriber subscriber, long cursor)
    {
        public ISubscriber Subscriber => subscriber;

        public SubscriberInterests Interests { get; set; } = SubscriberInterests.Everything;

        /// <summary>Where it stands in its bucket.</summary>
        public int Index { get; set; }

        /// <summary>The last offset that the subscriber was given or told.</summary>
        public long Cursor { get; set; } = cursor;

        /// <summary>Gives it a message, once (promise 5).</summary>
        /// <returns>False when it was passed over.</returns>
        public bool Offer(Outbound? message, long? offset, FanOut fanOut, ref int handedOut)
        {
            if (offset <= Cursor)
            {
                return true;
            }

            if (message is null || !fanOut.MayBeReadBy(subscriber))
            {
                return false;
            }

            Cursor = offset ?? Cursor;
            try
            {
                subscriber.Deliver(message);
                handedOut++;
            }
            catch (Exception exception)
            {
                // Neither the others nor who published are to have less for it.
                subscriber.OnDeliveryFailed(exception);
            }

            return true;
        }

        public void TellPosition(Position top)
        {
            if (Cursor < top.Offset)
            {
                Cursor = top.Offset;
                subscriber.TellPosition(top);
            }
        }
    }
}
