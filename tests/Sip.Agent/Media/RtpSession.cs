using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace CallCenterCrm.Sip;

/// <summary>
/// The sound of one call: a socket of its own, so that each packet is counted for the right call with certainty, read
/// and written by the ticks of the agent's <see cref="MediaClock"/>; no thread and no task belongs to a session.
/// </summary>
internal sealed class RtpSession : IDisposable
{
    private const int KeyFrames = 5; // a key is down for 100 ms
    private const int EndRepeats = 3; // RFC 4733 §2.5.1.4
    private const int PauseFrames = 5; // and up for 100 ms before the next

    private readonly Socket _socket;
    private readonly Tone _tone;
    private readonly byte[] _packet = new byte[RtpPacket.HeaderLength + Tone.SamplesPerFrame];
    private readonly byte[] _incoming = new byte[2048];
    private readonly uint _source = BitConverter.ToUInt32(RandomNumberGenerator.GetBytes(4));
    private readonly ConcurrentQueue<(char Key, TaskCompletionSource Sent)> _keys = [];
    private volatile RtpPeer? _peer;
    private volatile bool _talking;
    private volatile bool _closed;
    private long _sent;
    private long _received;
    private ushort _sequence;
    private uint _timestamp;
    private int _frame;
    private bool _silent = true;
    private int _keyFrame;
    private uint? _lastEvent;

    public RtpSession(IPAddress local, Tone tone)
    {
        _tone = tone;
        _socket = new Socket(local.AddressFamily, SocketType.Dgram, ProtocolType.Udp) { Blocking = false };
        _socket.Bind(new IPEndPoint(local, 0));
        LocalEndPoint = (IPEndPoint)_socket.LocalEndPoint!;
    }

    public IPEndPoint LocalEndPoint { get; }

    public long PacketsSent => Volatile.Read(ref _sent);

    /// <summary>Packets of sound; telephone events are not counted.</summary>
    public long PacketsReceived => Volatile.Read(ref _received);

    /// <summary>Called on the clock's loop with each key that the peer pressed.</summary>
    public required Action<char> OnKey { get; init; }

    /// <summary>Called on the clock's loop after packets of sound came.</summary>
    public required Action OnSound { get; init; }

    /// <summary>Where the peer listens; null if it does not.</summary>
    public void SendTo(IPEndPoint? peer, int? telephoneEvents) => _peer = peer is null ? null : new(peer.Serialize(), telephoneEvents);

    /// <summary>Whether the tone is sent; off while we hold the call, or before it is answered.</summary>
    public void Talk(bool on) => _talking = on;

    /// <summary>Queues a key; the task ends when the peer has been told that it is up again, or faults when the call ends first.</summary>
    public Task PressAsync(char key)
    {
        _ = RtpPacket.KeyCode(key);
        if (_peer is { TelephoneEvents: null })
            throw new InvalidOperationException("The peer takes no telephone events (RFC 4733).");
        var sent = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        _keys.Enqueue((key, sent));
        if (_closed)
            FailKeys();
        return sent.Task;
    }

    /// <summary>The next tick reads what still waits in the socket, and closes it.</summary>
    public void Close() => _closed = true;

    /// <summary>Reads everything that came and sends what is due; false when the session is over.</summary>
    public bool Tick(int framesDue)
    {
        Drain();
        if (_closed)
        {
            Dispose();
            return false;
        }
        if (_peer is { } peer)
        {
            for (var i = 0; i < framesDue; i++)
                SendFrame(peer);
        }
        return true;
    }

    /// <summary>Only on the clock's loop, or after it; everybody else calls <see cref="Close"/>.</summary>
    public void Dispose()
    {
        _closed = true;
        _socket.Dispose();
        FailKeys();
    }

    private void Drain()
    {
        var before = _received;
        while (true)
        {
            var length = _socket.Receive(_incoming, SocketFlags.None, out var error);
            if (error != SocketError.Success)
                break; // nothing more to read now
            if (!RtpPacket.TryRead(_incoming.AsSpan(0, length), out var type, out var timestamp, out var payload))
                continue;
            if (type == Sdp.PayloadAlaw)
                Volatile.Write(ref _received, _received + 1);
            else if ((type == Sdp.UsualTelephoneEvents || type == _peer?.TelephoneEvents) && payload.Length >= RtpPacket.EventLength)
                ReceiveEvent(timestamp, payload[0]);
        }
        if (_received != before)
            OnSound();
    }

    /// <summary>Every packet of one key press carries the timestamp of its beginning (RFC 4733 §2.2).</summary>
    private void ReceiveEvent(uint timestamp, int code)
    {
        if (timestamp == _lastEvent)
            return;
        _lastEvent = timestamp;
        if (RtpPacket.Key(code) is { } key)
            OnKey(key);
    }

    private void SendFrame(RtpPeer peer)
    {
        if (_keys.TryPeek(out var press) && peer.TelephoneEvents is { } type)
        {
            SendKey(peer, type, press.Key, press.Sent);
            return;
        }
        if (_talking)
        {
            RtpPacket.WriteHeader(_packet, Sdp.PayloadAlaw, marker: _silent, _sequence++, _timestamp, _source);
            _tone.Frame(_frame).CopyTo(_packet.AsSpan(RtpPacket.HeaderLength));
            Send(_packet, peer);
        }
        _silent = !_talking;
        _frame++;
        _timestamp += Tone.SamplesPerFrame;
    }

    private void SendKey(RtpPeer peer, int type, char key, TaskCompletionSource sent)
    {
        const int up = KeyFrames + EndRepeats;
        if (_keyFrame < up)
        {
            var duration = (ushort)(Math.Min(_keyFrame + 1, KeyFrames) * Tone.SamplesPerFrame);
            var packet = _packet.AsSpan(0, RtpPacket.HeaderLength + RtpPacket.EventLength);
            RtpPacket.WriteHeader(packet, type, marker: _keyFrame == 0, _sequence++, _timestamp, _source);
            RtpPacket.WriteEvent(packet[RtpPacket.HeaderLength..], RtpPacket.KeyCode(key), end: _keyFrame >= KeyFrames, duration);
            Send(packet, peer);
        }
        if (++_keyFrame < up + PauseFrames)
            return;
        _timestamp += (up + PauseFrames) * (uint)Tone.SamplesPerFrame;
        (_keyFrame, _silent) = (0, true);
        _keys.TryDequeue(out _);
        sent.TrySetResult();
    }

    private void Send(ReadOnlySpan<byte> packet, RtpPeer peer)
    {
        try
        {
            _socket.SendTo(packet, SocketFlags.None, peer.Address);
            Volatile.Write(ref _sent, _sent + 1);
        }
        catch (SocketException)
        {
            return; // an address without a way to it: as good as lost on the way, and not counted as sent
        }
    }

    private void FailKeys()
    {
        while (_keys.TryDequeue(out var press))
            press.Sent.TrySetException(new SipCallEndedException("The call ended before every key was sent."));
    }

    private sealed record RtpPeer(SocketAddress Address, int? TelephoneEvents);
}
