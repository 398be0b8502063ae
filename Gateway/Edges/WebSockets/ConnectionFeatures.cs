using System.Collections;
using Microsoft.AspNetCore.Http.Features;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>The features of a connection that is most of them itself: a dictionary would take more room than all the rest of it.</summary>
/// <param name="connection">The connection.</param>
internal sealed class ConnectionFeatures(object connection) : IFeatureCollection
{
    private KeyValuePair<Type, object>[] _others = [];

    public bool IsReadOnly => false;

    public int Revision { get; private set; }

    public object? this[Type key]
    {
        get
        {
            foreach (var (type, feature) in _others)
            {
                if (type == key)
                {
                    return feature;
                }
            }

            return key.IsInstanceOfType(connection) ? connection : null;
        }

        set
        {
            Revision++;
            var others = Array.FindAll(_others, other => other.Key != key);
            _others = value is null ? others : [.. others, new(key, value)];
        }
    }

    public TFeature? Get<TFeature>() => (TFeature?)this[typeof(TFeature)];

    public void Set<TFeature>(TFeature? instance) => this[typeof(TFeature)] = instance;

    public IEnumerator<KeyValuePair<Type, object>> GetEnumerator() =>
        connection.GetType().GetInterfaces()
            .Select(type => new KeyValuePair<Type, object>(type, connection))
            .Where(own => Array.TrueForAll(_others, other => other.Key != own.Key))
            .Concat(_others)
            .GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
