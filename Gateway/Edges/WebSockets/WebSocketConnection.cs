using System.IO.Pipelines;
using System.Net.WebSockets;
using System.Security.Claims;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Connections.Features;
using Microsoft.AspNetCore.Http.Connections;
using Microsoft.AspNetCore.Http.Connections.Features;
using Microsoft.AspNetCore.Http.Features;

namespace RealtimeGateway.Edges.WebSockets;

/// <summary>
/// A WebSocket as a connection of ASP.NET Core: whoever reads its transport reads the client's messages, and what is written between
/// two flushes is one message to it.
/// </summary>
internal sealed class WebSocketConnection :
    ConnectionContext,
    IControlFrames,
    IDuplexPipe,
    IConnectionIdFeature,
    IConnectionItemsFeature,
    IConnectionTransportFeature,
    IConnectionUserFeature,
    IConnectionHeartbeatFeature,
    ITransferFormatFeature,
    IHttpContextFeature,
    IHttpTransportFeature
{
    /// <summary>How long a client has to take the close frame, and to close as well.</summary>
    private static readonly TimeSpan CloseTimeout = TimeSpan.FromSeconds(5);

    private readonly HttpContext _context;
    private readonly FrameReader _reader;
    private readonly FrameWriter _writer;
    private readonly List<(Action<object> Action, object State)> _onBeat = new(capacity: 3);
    private IDictionary<object, object?>? _items;

    /// <summary>A connection that was upgraded.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="stream">What the server gave for it.</param>
    /// <param name="context">Its request.</param>
    public WebSocketConnection(string id, Stream stream, HttpContext context)
    {
        _context = context;
        ConnectionId = id;
        var link = new UpgradedLink(stream, context);
        _reader = new FrameReader(link, this);
        _writer = new FrameWriter(link, this);
        Transport = this;
        Features = new ConnectionFeatures(this);
    }

    public override string ConnectionId { get; set; }

    public override IFeatureCollection Features { get; }

    public override IDictionary<object, object?> Items
    {
        get => _items ??= new Dictionary<object, object?>();
        set => _items = value;
    }

    public override IDuplexPipe Transport { get; set; }

    /// <summary>What the client sends.</summary>
    public PipeReader Input => _reader;

    /// <summary>What it is sent.</summary>
    public PipeWriter Output => _writer;

    /// <summary>Where it stands among those that live.</summary>
    public int Place { get; set; }

    /// <summary>Who writes its output.</summary>
    public IOutputOwner? Owner { private get; set; }

    public ClaimsPrincipal? User
    {
        get => _context.User;
        set => _context.User = value ?? new ClaimsPrincipal();
    }

    public TransferFormat SupportedFormats => TransferFormat.Text | TransferFormat.Binary;

    public TransferFormat ActiveFormat { get; set; } = TransferFormat.Text;

    public HttpContext? HttpContext
    {
        get => _context;
        set => throw new NotSupportedException("A WebSocket has one request.");
    }

    public HttpTransportType TransportType => HttpTransportType.WebSockets;

    public void OnHeartbeat(Action<object> action, object state)
    {
        lock (_onBeat)
        {
            _onBeat.Add((action, state));
        }
    }

    /// <summary>About a second has passed.</summary>
    public void Beat()
    {
        lock (_onBeat)
        {
            foreach (var (action, state) in _onBeat)
            {
                action(state);
            }
        }
    }

    /// <summary>Cuts the connection off, without a word.</summary>
    public override void Abort() => _context.Abort();

    /// <summary>
    /// The closing handshake (RFC 6455, section 7): says that the connection ends, where it was not said yet, and waits for the client to
    /// say so too, not for long. To be called when nobody reads or writes it any more.
    /// </summary>
    /// <param name="isWritten">Whether all that was to be sent is; if not, the client may have a part of a frame, and gets nothing more.</param>
    /// <param name="status">Why it ends.</param>
    public async Task CloseAsync(bool isWritten, WebSocketCloseStatus status)
    {
        using var tooLate = new CancellationTokenSource(CloseTimeout);
        _reader.Filter = null; // Who had it is gone.
        if (isWritten && await TrySayAsync(status, tooLate.Token))
        {
            await _reader.ReadToEndAsync(tooLate.Token);
        }

        if (!_reader.HasEnded)
        {
            Abort();
        }

        _reader.LetGo();
    }

    private async Task<bool> TrySayAsync(WebSocketCloseStatus status, CancellationToken tooLate)
    {
        await using var registration = tooLate.UnsafeRegister(static writer => ((FrameWriter)writer!).CancelPendingFlush(), _writer);
        _writer.PutControl(Opcode.Close, CloseStatus.Bytes(status));
        try
        {
            await _writer.FlushAsync(CancellationToken.None);
            return true;
        }
        catch (Exception)
        {
            return false; // The client is gone.
        }
    }

    void IControlFrames.Send(Opcode opcode, ReadOnlySpan<byte> payload)
    {
        _writer.PutControl(opcode, payload);
        Owner?.OnControl();
    }
}
