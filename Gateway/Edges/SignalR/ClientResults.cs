using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using Microsoft.AspNetCore.SignalR;
using Microsoft.AspNetCore.SignalR.Protocol;

namespace RealtimeGateway.Edges.SignalR;

/// <summary>Calls from the server that wait for a client's answer.</summary>
internal sealed class ClientResults
{
    private readonly ConcurrentDictionary<string, Waiting> _waiting = new(StringComparer.Ordinal);

    // The "s" keeps these ids apart from those that clients choose; the rest before the number, from those of other nodes.
    private readonly string _prefix = $"s{Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(8))}-";
    private long _lastId;

    /// <summary>How many calls wait.</summary>
    public int Count => _waiting.Count;

    /// <summary>What a call ends with whose caller gives up.</summary>
    public static HubException Cancelled() => new("Invocation canceled by the server.");

    /// <summary>An id for a call that no other call has, on any node.</summary>
    public string NewId() => _prefix + Interlocked.Increment(ref _lastId);

    /// <summary>Registers a call; the task ends with the client's answer, or with the token.</summary>
    /// <exception cref="InvalidOperationException">A call of this id waits already.</exception>
    public Task<T> Add<T>(string id, string connectionId, CancellationToken cancellationToken)
    {
        var answer = new TaskCompletionSource<T>(TaskCreationOptions.RunContinuationsAsynchronously);
        if (!_waiting.TryAdd(id, new Waiting(connectionId, typeof(T), completion => Complete(answer, completion), () => answer.TrySetCanceled())))
        {
            throw new InvalidOperationException($"A call with the id '{id}' waits already.");
        }

        var registration = cancellationToken.UnsafeRegister(_ => Fail(id, answer, Cancelled()), null);
        answer.Task.ContinueWith(
            static (task, registration) =>
            {
                _ = task.Exception; // Who gave up may look at it no more.
                ((CancellationTokenRegistration)registration!).Unregister();
            },
            registration,
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
        return answer.Task;
    }

    /// <summary>Takes a client's answer. One that nobody waits for any more is dropped.</summary>
    /// <exception cref="InvalidOperationException">Another client was asked.</exception>
    public void Complete(string connectionId, CompletionMessage completion)
    {
        if (!_waiting.TryGetValue(completion.InvocationId!, out var waiting))
        {
            return;
        }

        if (waiting.ConnectionId != connectionId)
        {
            throw new InvalidOperationException($"Connection ID '{connectionId}' is not valid for invocation ID '{completion.InvocationId}'.");
        }

        if (_waiting.TryRemove(completion.InvocationId!, out _))
        {
            waiting.Complete(completion);
        }
    }

    /// <summary>Nobody waits for this call any more: its task is cancelled.</summary>
    public void Drop(string id)
    {
        if (_waiting.TryRemove(id, out var waiting))
        {
            waiting.Drop();
        }
    }

    /// <summary>The type that the answer to this call is read as.</summary>
    public bool TryGetType(string invocationId, [NotNullWhen(true)] out Type? type)
    {
        type = _waiting.GetValueOrDefault(invocationId)?.Type;
        return type is not null;
    }

    private static void Complete<T>(TaskCompletionSource<T> answer, CompletionMessage completion)
    {
        // What was bound before this call was made has no type and no value: it is no answer to it.
        if (completion.Error is null && completion.HasResult && (completion.Result is T || completion.Result is null && default(T) is null))
        {
            answer.TrySetResult((T)completion.Result!);
        }
        else
        {
            answer.TrySetException(new HubException(completion.Error ?? "The client answered without a result."));
        }
    }

    private void Fail<T>(string invocationId, TaskCompletionSource<T> answer, Exception exception)
    {
        if (_waiting.TryRemove(invocationId, out _))
        {
            answer.TrySetException(exception);
        }
    }

    private sealed record Waiting(string ConnectionId, Type Type, Action<CompletionMessage> Complete, Action Drop);
}
