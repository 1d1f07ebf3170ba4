package files

import (
	"bufio"
	"encoding/binary"
	"errors"
	"hash/crc32"
	"image"
	_ "image/jpeg" // tells the size of a JPEG
	_ "image/png"  // tells the size of a PNG
	"io"
)

// dimensions refuses a picture that would be too large to draw; only its header
// is read.
func (l Limits) dimensions(r io.ReaderAt, size int64) error {
	c, _, err := image.DecodeConfig(io.NewSectionReader(r, 0, size))
	if err != nil {
		return refuse(Broken, "%v", err)
	}
	if c.Width < 1 || c.Height < 1 || c.Width > l.Side || c.Height > l.Side || int64(c.Width)*int64(c.Height) > l.Pixels {
		return refuse(Pixels, "%d × %d", c.Width, c.Height)
	}
	return nil
}

// png walks the chunks: each sound, the last one at the end of the file.
func (l Limits) png(r io.ReaderAt, size int64) error {
	if err := l.dimensions(r, size); err != nil {
		return err
	}
	in := bufio.NewReaderSize(io.NewSectionReader(r, 8, size-8), 64<<10)
	head := make([]byte, 8)
	for {
		if _, err := io.ReadFull(in, head); err != nil {
			return refuse(Broken, "chunk")
		}
		sum := crc32.NewIEEE()
		_, _ = sum.Write(head[4:])
		if _, err := io.CopyN(sum, in, int64(binary.BigEndian.Uint32(head))); err != nil {
			return refuse(Broken, "%q", head[4:])
		}
		var crc uint32
		if err := binary.Read(in, binary.BigEndian, &crc); err != nil || crc != sum.Sum32() {
			return refuse(Broken, "%q", head[4:])
		}
		if string(head[4:]) == "IEND" {
			break
		}
	}
	return ended(in)
}

// ended refuses data after the end of a picture.
func ended(in *bufio.Reader) error {
	switch _, err := in.ReadByte(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	return refuse(Polyglot, "data after the end")
}

// jpeg walks the segments to the end mark; data after it is refused.
func (l Limits) jpeg(r io.ReaderAt, size int64) error {
	if err := l.dimensions(r, size); err != nil {
		return err
	}
	in := bufio.NewReaderSize(io.NewSectionReader(r, 2, size-2), 64<<10)
	broken := refuse(Broken, "segment")
	mark, err := marker(in)
	for {
		switch {
		case err != nil:
			return broken
		case mark == 0xD9: // end of image
			return ended(in)
		case mark == 0x01 || mark >= 0xD0 && mark <= 0xD8: // stand alone
			mark, err = marker(in)
			continue
		}
		var n uint16
		if binary.Read(in, binary.BigEndian, &n) != nil || n < 2 {
			return broken
		}
		if _, err := in.Discard(int(n) - 2); err != nil {
			return broken
		}
		if mark == 0xDA { // picture data runs up to the next mark
			mark, err = afterScan(in)
			continue
		}
		mark, err = marker(in)
	}
}

// marker reads a mark, with any fill bytes before it.
func marker(in *bufio.Reader) (byte, error) {
	if b, err := in.ReadByte(); err != nil || b != 0xFF {
		return 0, errors.Join(err, io.ErrUnexpectedEOF)
	}
	for {
		if b, err := in.ReadByte(); err != nil || b != 0xFF {
			return b, err
		}
	}
}

// afterScan skips picture data, in which FF 00 is a byte and FF D0–D7 restarts.
func afterScan(in *bufio.Reader) (byte, error) {
	for {
		b, err := in.ReadByte()
		for err == nil && b == 0xFF {
			if b, err = in.ReadByte(); err == nil && b != 0 && b != 0xFF && (b < 0xD0 || b > 0xD7) {
				return b, nil
			}
		}
		if err != nil {
			return 0, err
		}
	}
}
