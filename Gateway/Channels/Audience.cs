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
    // So much is done meanwhile that who was fetched is there when it is his turn.
    private const int FetchedAhead = 4;

    private SmallMap<string, Seat> _seats;
    private SmallMap<InterestSet, Bucket> _buckets;

    public bool IsEmpty => _seats.Count == 0;

    public IEnumerable<ISubscriber> Subscribers
    {
        get
        {
            foreach (var (_, bucket) in _buckets)
            {
                for (var i = 0; i < bucket.Places.Length; i++)
                {
                    yield return bucket.Places[i].Subscriber;
                }
            }
        }
    }

    /// <summary>Every interest that is asked about a publication.</summary>
    public IEnumerable<Interest> Interests => _buckets.Keys.SelectMany(set => set.Selective);

    /// <summary>Takes a subscriber in, who has everything up to its cursor.</summary>
    public void Add(ISubscriber subscriber, SubscriberInterests interests, long cursor)
    {
        if (_seats.ContainsKey(subscriber.ConnectionId))
        {
            throw new ArgumentException("It is here already.", nameof(subscriber));
        }

        Put(new Place(subscriber, interests, cursor));
    }

    /// <summary>A subscriber wants something else from now on; without effect on one that is not here.</summary>
    public void Change(ISubscriber subscriber, SubscriberInterests interests)
    {
        if (_seats.TryGetValue(subscriber.ConnectionId, out var seat) && seat.Place.Interests != interests)
        {
            var cursor = seat.Place.Cursor;
            Take(seat);
            Put(new Place(subscriber, interests, cursor));
        }
    }

    public void Remove(ISubscriber subscriber)
    {
        if (_seats.Remove(subscriber.ConnectionId, out var seat))
        {
            Take(seat);
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
        var sender = publication.Sender is { } by && _seats.TryGetValue(by.ConnectionId, out var found) ? found : default;
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

            var places = bucket.Places;
            for (var i = 0; i < places.Length; i++)
            {
                FetchAhead(places, i);
                if (bucket != sender.Bucket || i != sender.Index)
                {
                    passedOver |= !places[i].Offer(message, offset, fanOut, ref handedOut);
                }
            }
        }

        if (sender.Bucket is not null)
        {
            ref var own = ref sender.Place;
            passedOver |= !own.Offer(fanOut.MessageForSender(own.Interests), offset, fanOut, ref handedOut);
        }

        return handedOut;
    }

    /// <summary>Tells those who were passed over how far they are all the same.</summary>
    public void TellPosition(Position top)
    {
        foreach (var (_, bucket) in _buckets)
        {
            foreach (ref var place in bucket.Places)
            {
                place.TellPosition(top);
            }
        }
    }

    /// <summary>Tells everybody that something was lost, and goes on from there.</summary>
    public void TellGap(Position top, string reason)
    {
        foreach (var (_, bucket) in _buckets)
        {
            foreach (ref var place in bucket.Places)
            {
                place.Cursor = top.Offset;
                place.Subscriber.TellGap(top, reason);
            }
        }
    }

    /// <summary>The channel begins anew: offsets of before say nothing any more.</summary>
    public void ForgetCursors()
    {
        foreach (var (_, bucket) in _buckets)
        {
            foreach (ref var place in bucket.Places)
            {
                place.Cursor = 0;
            }
        }
    }

    // The first few together, then with each one more.
    private static void FetchAhead(ReadOnlySpan<Place> places, int at)
    {
        for (var next = at == 0 ? 0 : at + FetchedAhead; next <= at + FetchedAhead && next < places.Length; next++)
        {
            Prefetch.Object(places[next].Outlet);
        }
    }

    private void Put(Place place)
    {
        if (!_buckets.TryGetValue(place.Interests.All, out var bucket))
        {
            _buckets[place.Interests.All] = bucket = new Bucket(place.Interests.All);
        }

        _seats[place.Subscriber.ConnectionId] = new Seat(bucket, bucket.Add(place));
    }

    private void Take(Seat seat)
    {
        if (seat.Bucket.RemoveAt(seat.Index) is { } moved)
        {
            _seats[moved.ConnectionId] = seat;
        }

        if (seat.Bucket.Places.IsEmpty)
        {
            _buckets.Remove(seat.Bucket.Interests);
        }
    }

    /// <summary>Where a subscriber is.</summary>
    private readonly record struct Seat(Bucket Bucket, int Index)
    {
        public ref Place Place => ref Bucket.Places[Index];
    }

    /// <summary>Those who want the same, next to each other in memory: a fan-out walks it from end to end.</summary>
    private sealed class Bucket(InterestSet interests)
    {
        // Most channels of a gateway have one subscriber: his own.
        private Place[] _places = new Place[1];
        private int _count;

        public InterestSet Interests => interests;

        public Span<Place> Places => _places.AsSpan(0, _count);

        /// <returns>Where it stands.</returns>
        public int Add(Place place)
        {
            if (_count == _places.Length)
            {
                Array.Resize(ref _places, 2 * _count);
            }

            _places[_count] = place;
            return _count++;
        }

        /// <summary>Takes one out. The last takes its place.</summary>
        /// <returns>Who that is; null where it was the last itself.</returns>
        public ISubscriber? RemoveAt(int index)
        {
            _count--;
            var last = _places[_count];
            _places[_count] = default;
            if (index == _count)
            {
                return null;
            }

            _places[index] = last;
            if (_count <= _places.Length / 4)
            {
                Array.Resize(ref _places, _places.Length / 2);
            }

            return last.Subscriber;
        }
    }

    /// <param name="Subscriber">Who hears.</param>
    /// <param name="Interests">What it wants.</param>
    /// <param name="Cursor">The last offset that the subscriber was given or told.</param>
    private record struct Place(ISubscriber Subscriber, SubscriberInterests Interests, long Cursor)
    {
        // Beside the subscriber, who knows it too: a fan-out looks at nothing else of him.
        public readonly IOutlet Outlet = Subscriber.Outlet;

        /// <summary>Gives it a message, once (promise 5).</summary>
        /// <returns>False when it was passed over.</returns>
        public bool Offer(Outbound? message, long? offset, FanOut fanOut, ref int handedOut)
        {
            if (offset <= Cursor)
            {
                return true;
            }

            if (message is null || !fanOut.MayBeReadBy(Subscriber))
            {
                return false;
            }

            Cursor = offset ?? Cursor;
            try
            {
                Outlet.Send(message);
                handedOut++;
            }
            catch (Exception exception)
            {
                // Neither the others nor who published are to have less for it.
                Subscriber.OnDeliveryFailed(exception);
            }

            return true;
        }

        public void TellPosition(Position top)
        {
            if (Cursor < top.Offset)
            {
                Cursor = top.Offset;
                Subscriber.TellPosition(top);
            }
        }
    }
}
