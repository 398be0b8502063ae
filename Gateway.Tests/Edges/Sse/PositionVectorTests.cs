using System.Text;
using RealtimeGateway.Contracts;
using RealtimeGateway.Edges.Sse;

namespace RealtimeGateway.Tests.Edges.Sse;

/// <summary>The id of an event: how far a stream is in each of its channels.</summary>
[TestFixture]
public sealed class PositionVectorTests
{
    private static readonly string[] Channels = ["chat:b", "chat:a", "live:c"];
    private static readonly Position Far = new("9f3c2a71d04be685", (1L << 53) - 1);

    [Test]
    public void WhatWasWritten_IsReadAgain_WhateverTheOrderOfTheChannels()
    {
        var vector = new PositionVector(Channels);
        vector.Move("chat:a", new Position("e", 0));
        vector.Move("chat:b", Far);

        var read = PositionVector.Read(Channels.Reverse(), IdOf(vector)).OrThrow();
        Assert.Multiple(() =>
        {
            Assert.That(read["chat:a"], Is.EqualTo(new Position("e", 0)));
            Assert.That(read["chat:b"], Is.EqualTo(Far));
            Assert.That(read["live:c"], Is.Null);
            Assert.That(IdOf(read), Is.EqualTo(IdOf(vector)));
        });
    }

    [Test]
    public void TheLargest_CanBeRead()
    {
        var channels = Enumerable.Range(0, 32).Select(i => $"{new string('x', 250)}:{i}").ToArray();
        var vector = new PositionVector(channels);
        foreach (var channel in channels)
        {
            vector.Move(channel, Far with { Epoch = new string('e', 64) });
        }

        Assert.That(IdOf(vector), Has.Length.LessThanOrEqualTo(PositionVector.MaxLength));
        Assert.That(PositionVector.Read(channels, IdOf(vector)).OrThrow()[channels[31]]!.Offset, Is.EqualTo(Far.Offset));
    }

    [Test]
    public void EveryPartAndEveryChange_OfAnId_IsRefusedOrReadAsAnId()
    {
        var vector = new PositionVector(Channels);
        vector.Move("chat:a", Far);
        var id = IdOf(vector);
        Assert.Multiple(() =>
        {
            for (var i = 0; i < id.Length; i++)
            {
                Assert.That(PositionVector.Read(Channels, id[..i]).Error?.Code, Is.EqualTo(ErrorCodes.InvalidRequest), $"the first {i} characters");
                var changed = PositionVector.Read(Channels, $"{id[..i]}{(id[i] == 'A' ? 'B' : 'A')}{id[(i + 1)..]}");
                Assert.That(changed.Error?.Code, Is.Null.Or.EqualTo(ErrorCodes.InvalidRequest));
            }
        });
    }

    [TestCase("")]
    [TestCase("7")]
    [TestCase("not base64url!")]
    [TestCase("AQ")]
    [TestCase("////")]
    public void WhatIsNone_IsRefused(string id) =>
        Assert.That(PositionVector.Read(Channels, id).Error?.Code, Is.EqualTo(ErrorCodes.InvalidRequest));

    [Test]
    public void OneOfOtherChannels_IsRefused()
    {
        var vector = new PositionVector(["chat:a", "chat:b"]);
        Assert.Multiple(() =>
        {
            Assert.That(PositionVector.Read(Channels, IdOf(vector)).Error?.Code, Is.EqualTo(ErrorCodes.InvalidRequest));
            Assert.That(PositionVector.Read(["chat:a", "chat:c"], IdOf(vector)).Error?.Code, Is.EqualTo(ErrorCodes.InvalidRequest));
            Assert.That(PositionVector.Read(Channels, new string('A', PositionVector.MaxLength + 1)).Error?.Code, Is.EqualTo(ErrorCodes.InvalidRequest));
        });
    }

    [Test]
    public void Answer_CountsOnlyWhereNoEventIsFurther()
    {
        var vector = new PositionVector(Channels);
        vector.Move("chat:a", new Position("e", 5));
        vector.Settle("chat:a", new Position("e", 3));
        vector.Settle("chat:b", new Position("e", 3));
        Assert.That((vector["chat:a"]!.Offset, vector["chat:b"]!.Offset), Is.EqualTo((5, 3)));

        // A client that was ahead of the channel is where the channel is.
        var ahead = PositionVector.Read(Channels, IdOf(vector)).OrThrow();
        ahead.Settle("chat:a", new Position("e", 1));
        Assert.That(ahead["chat:a"]!.Offset, Is.EqualTo(1));
    }

    private static string IdOf(PositionVector vector) => Encoding.ASCII.GetString(vector.ToField().Span)["id: ".Length..^2];
}
