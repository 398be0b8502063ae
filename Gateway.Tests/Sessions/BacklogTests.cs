using RealtimeGateway.Sessions;

namespace RealtimeGateway.Tests.Sessions;

[TestFixture]
public sealed class BacklogTests
{
    [Test]
    public void GivesBack_WhatCameFirst_HoweverMuchWaits([Values(1, 2, 3, 100, 1_000)] int most)
    {
        var backlog = default(Backlog);
        var (added, taken) = (0, 0);
        for (var round = 0; round < 5; round++)
        {
            for (var i = 0; i < most; i++)
            {
                backlog.Enqueue(BitConverter.GetBytes(added++));
            }

            // All of it every other time, so that it is empty at times.
            for (var i = 0; i < most - (round % 2) || round == 4 && taken < added; i++)
            {
                Assert.That(backlog.TryDequeue(out var message), Is.True);
                Assert.That(BitConverter.ToInt32(message.Span), Is.EqualTo(taken++));
            }
        }

        Assert.Multiple(() =>
        {
            Assert.That(taken, Is.EqualTo(added));
            Assert.That(backlog.IsEmpty, Is.True);
            Assert.That(backlog.TryDequeue(out _), Is.False);
        });
    }

    [Test]
    public void Cleared_ItHasNothing()
    {
        var backlog = default(Backlog);
        backlog.Enqueue(new byte[1]);
        backlog.Enqueue(new byte[1]);
        backlog.Clear();
        Assert.That(backlog.IsEmpty, Is.True);
        Assert.That(backlog.TryDequeue(out _), Is.False);
    }
}
